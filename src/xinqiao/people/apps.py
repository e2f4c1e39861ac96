from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "xinqiao.people"
    label = "people"

    def ready(self) -> None:
        from xinqiao.people.selectors import organisation_with_code
        from xinqiao.vault import owners

        owners.found_by(organisation_with_code)
