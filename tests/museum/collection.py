"""Every exhibit."""

from museum.answering import ANSWERING
from museum.delivery import DELIVERY
from museum.exhibit import Exhibit
from museum.watching import WATCHING

COLLECTION: tuple[Exhibit, ...] = (*DELIVERY, *WATCHING, *ANSWERING)
