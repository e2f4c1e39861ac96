from django.urls import path

from xinqiao.access.views import consents, glass, links, my_consents, trail

app_name = "access"
urlpatterns = [
    path("consents/", consents.consents, name="consents"),
    path("consents/class/<int:node_id>/", consents.consent_class, name="consent_class"),
    path("consents/class/<int:node_id>/binding/", consents.binding_slips, name="binding_slips"),
    path("consents/person/<int:person_id>/", consents.consent_person, name="consent_person"),
    path(
        "consents/person/<int:person_id>/<int:consent_id>/withdraw/", consents.consent_withdraw, name="consent_withdraw"
    ),
    path("consents/texts/<int:school_id>/", consents.consent_texts, name="consent_texts"),
    path("consents/texts/<int:school_id>/new/", consents.consent_text_new, name="consent_text_new"),
    path("consents/text/<int:text_id>/", consents.consent_text, name="consent_text"),
    path("mine/", my_consents.my_consents, name="my_consents"),
    path("mine/<int:person_id>/<str:purpose>/", my_consents.my_consent, name="my_consent"),
    path("mine/<int:person_id>/<str:purpose>/answer/", my_consents.my_answer, name="my_answer"),
    path("mine/<int:person_id>/withdraw/<int:consent_id>/", my_consents.my_withdrawal, name="my_withdrawal"),
    path("trail/<int:person_id>/", trail.trail, name="trail"),
    path("trail/unusual/", trail.unusual, name="unusual"),
    path("glass/", glass.glass_find, name="glass_find"),
    path("glass/open/<int:person_id>/", glass.glass_new, name="glass_new"),
    path("glass/<int:glass_id>/end/", glass.glass_end, name="glass_end"),
    path("glass/<int:glass_id>/told/", glass.glass_told, name="glass_told"),
    path("glass/review/", glass.glass_review, name="glass_review"),
    path("glass/review/<int:glass_id>/", glass.glass_verdict, name="glass_verdict"),
    path("links/", links.links, name="links"),
    path("links/<int:link_id>/revoke/", links.link_revoke, name="link_revoke"),
]
