"""The page, the acknowledge links and the API.

``server`` binds and ends; ``guard`` decides who may come in; ``answering`` is the one place where
a carer's press becomes an event; ``state`` is what programs see and ``page`` what people see.
"""

from relayd.web.server import Web

__all__ = ["Web"]
