"""What a server takes back of what its model said: it gives more than it accepts."""

from itbench.interfaces.json import JsonObject, json_text
from itbench.models.reply.foreign import arguments_object

# Under this name the model finds what it wrote in place of an object.
UNREADABLE = "unreadable_arguments"


def sent_object(arguments: str) -> JsonObject:
    """Return the arguments of a call as the object that an interface wants; what is none is wrapped in one."""
    found = arguments_object(arguments)
    return {UNREADABLE: arguments} if found is None else found


def sent_arguments(arguments: str) -> str:
    """Return the arguments of a call as text that is surely an object; what is one already stays as it is."""
    found = arguments_object(arguments)
    if found is None:
        return json_text({UNREADABLE: arguments})
    return arguments if arguments.strip() else "{}"
