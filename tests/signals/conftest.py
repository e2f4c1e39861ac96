"""Pages are asked at noon of the small world, by somebody who is signed in with everything the house wants."""

from tests.screening.conftest import at_noon, signed_in

__all__ = ["at_noon", "signed_in"]
