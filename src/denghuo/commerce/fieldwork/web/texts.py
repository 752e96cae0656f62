"""The words of the terminal: its scripts ask for them by key, the page brings them in the language of the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext_lazy

from denghuo.commerce.fieldwork.models import Act, Outcome, TaskState

TEXTS: Mapping[str, Any] = {
    **{f"state_{code}": label for code, label in TaskState.choices},
    **{f"outcome_{code}": label for code, label in Outcome.choices},
    **{f"act_{code}": label for code, label in Act.choices},
    "outcome_waiting": pgettext_lazy("field terminal", "Not sent yet"),
    "tab_tasks": pgettext_lazy("field terminal", "Tasks"),
    "tab_map": pgettext_lazy("field terminal", "Map"),
    "tab_reading": pgettext_lazy("field terminal", "Reading"),
    "tab_queue": pgettext_lazy("field terminal", "Sending"),
    "tab_me": pgettext_lazy("field terminal", "Me"),
    "link_online": pgettext_lazy("field terminal", "Online"),
    "link_offline": pgettext_lazy("field terminal", "No network"),
    "link_signed_out": pgettext_lazy("field terminal", "Signed out"),
    "link_busy": pgettext_lazy("field terminal", "Sending…"),
    "link_unknown": pgettext_lazy("field terminal", "Starting"),
    "unsent_count": pgettext_lazy("field terminal", "{count} unsent"),
    "unsent": pgettext_lazy("field terminal", "Not sent yet"),
    "as_of": pgettext_lazy("field terminal", "As of {when}"),
    "never_loaded": pgettext_lazy(
        "field terminal", "Nothing is on this phone yet. Connect once and sign in."
    ),
    "no_tasks": pgettext_lazy("field terminal", "No tasks"),
    "no_tasks_text": pgettext_lazy(
        "field terminal", "What a dispatcher gives to you or to your unit appears here."
    ),
    "no_task": pgettext_lazy("field terminal", "This task is not on the phone"),
    "no_task_text": pgettext_lazy("field terminal", "It has ended, or was given to somebody else."),
    "due_until": pgettext_lazy("field terminal", "until {when}"),
    "overdue_since": pgettext_lazy("field terminal", "overdue since {when}"),
    "scan": pgettext_lazy("field terminal", "Scan"),
    "scan_plate": pgettext_lazy("field terminal", "Scan a plate"),
    "nothing_found": pgettext_lazy("field terminal", "Nothing on this phone for {number}."),
    "no_camera": pgettext_lazy("field terminal", "The camera cannot be used."),
    "close": pgettext_lazy("field terminal", "Close"),
    "open_map": pgettext_lazy("field terminal", "Open in the map app"),
    "address": pgettext_lazy("field terminal", "Address"),
    "area": pgettext_lazy("field terminal", "Area"),
    "supply_point": pgettext_lazy("field terminal", "Supply point"),
    "customer": pgettext_lazy("field terminal", "Customer"),
    "meter": pgettext_lazy("field terminal", "Meter"),
    "multiplier": pgettext_lazy("field terminal", "Multiplier"),
    "do_accept": pgettext_lazy("field terminal", "Accept"),
    "do_arrive": pgettext_lazy("field terminal", "I am on site"),
    "do_complete": pgettext_lazy("field terminal", "Complete"),
    "kept_on_phone": pgettext_lazy(
        "field terminal", "Kept on this phone; it is sent when there is a network."
    ),
    "draft_kept": pgettext_lazy("field terminal", "What you typed before is still here."),
    "saved": pgettext_lazy("field terminal", "Saved on this phone"),
    "required": pgettext_lazy("field terminal", "required"),
    "yes": pgettext_lazy("field terminal", "Yes"),
    "no": pgettext_lazy("field terminal", "No"),
    "is_missing": pgettext_lazy("field terminal", "This is missing."),
    "missing": pgettext_lazy("field terminal", "This is missing."),
    "no_number": pgettext_lazy("field terminal", "This is no number."),
    "not_on_display": pgettext_lazy("field terminal", "The display cannot show this."),
    "at_least": pgettext_lazy("field terminal", "At least {low}."),
    "at_most": pgettext_lazy("field terminal", "At most {high}."),
    "photo": pgettext_lazy("field terminal", "Photo"),
    "take_photo": pgettext_lazy("field terminal", "Take a photo"),
    "remove_photo": pgettext_lazy("field terminal", "Remove the photo"),
    "photo_unreadable": pgettext_lazy("field terminal", "This is no photo."),
    "photo_refused": pgettext_lazy("field terminal", "The photo was not taken."),
    "sign_here": pgettext_lazy("field terminal", "Sign here"),
    "sign_again": pgettext_lazy("field terminal", "Sign again"),
    "position": pgettext_lazy("field terminal", "Position"),
    "take_position": pgettext_lazy("field terminal", "Take the position"),
    "position_taken": pgettext_lazy("field terminal", "{latitude}, {longitude} (± {metres} m)"),
    "position_needed": pgettext_lazy("field terminal", "Where this was done is part of the answer."),
    "no_position_device": pgettext_lazy("field terminal", "This phone has no position."),
    "no_position_permission": pgettext_lazy(
        "field terminal", "The position is not permitted; allow it or say why."
    ),
    "no_position_signal": pgettext_lazy("field terminal", "No signal; go outside or say why."),
    "why_no_position": pgettext_lazy("field terminal", "Why the phone has no position"),
    "say_where": pgettext_lazy("field terminal", "Take the position, or say why there is none."),
    "scheme_map": pgettext_lazy("field terminal", "Where the tasks lie, north up, true to scale"),
    "show_me": pgettext_lazy("field terminal", "Show where I am"),
    "no_area": pgettext_lazy("field terminal", "No area known"),
    "no_routes": pgettext_lazy("field terminal", "No reading list"),
    "no_routes_text": pgettext_lazy(
        "field terminal", "The routes that you read appear here while their cycle is open."
    ),
    "read_count": pgettext_lazy("field terminal", "{count} of {all} read"),
    "find_meter": pgettext_lazy("field terminal", "Meter, supply point or address"),
    "only_open": pgettext_lazy("field terminal", "Only what is not read yet"),
    "read": pgettext_lazy("field terminal", "Read"),
    "held": pgettext_lazy("field terminal", "With a clerk"),
    "open": pgettext_lazy("field terminal", "To read"),
    "last_reading": pgettext_lazy("field terminal", "{value} on {day}"),
    "read_before": pgettext_lazy(
        "field terminal", "Read already: {value}. Other figures go to a clerk, who decides."
    ),
    "reading_date": pgettext_lazy("field terminal", "Reading date"),
    "save_reading": pgettext_lazy("field terminal", "Save the reading"),
    "used": pgettext_lazy("field terminal", "Used {used} kWh"),
    "usual": pgettext_lazy("field terminal", "usually {usual} kWh"),
    "odd_backwards": pgettext_lazy("field terminal", "Below the last reading. Look again."),
    "odd_rollover": pgettext_lazy("field terminal", "The display seems to have rolled over."),
    "odd_jump": pgettext_lazy("field terminal", "Far from the usual use. Look again."),
    "odd_zero": pgettext_lazy("field terminal", "No use, though there was some before. Look again."),
    "why_odd": pgettext_lazy("field terminal", "Why it is so"),
    "photo_of_meter": pgettext_lazy("field terminal", "Photo of the display"),
    "cannot_read": pgettext_lazy("field terminal", "The meter cannot be read"),
    "why_nobody": pgettext_lazy("field terminal", "Nobody at home"),
    "why_locked": pgettext_lazy("field terminal", "Locked"),
    "why_display": pgettext_lazy("field terminal", "Display dark"),
    "why_damaged": pgettext_lazy("field terminal", "Meter damaged"),
    "why_danger": pgettext_lazy("field terminal", "Not safe"),
    "why_other": pgettext_lazy("field terminal", "Another reason"),
    "remark": pgettext_lazy("field terminal", "Remark"),
    "estimate": pgettext_lazy("field terminal", "Estimate by the last three readings"),
    "save_unread": pgettext_lazy("field terminal", "Save as not read"),
    "back": pgettext_lazy("field terminal", "Back to the list"),
    "waiting_count": pgettext_lazy("field terminal", "{count} not sent yet"),
    "all_sent": pgettext_lazy("field terminal", "Everything is sent"),
    "send_now": pgettext_lazy("field terminal", "Send now"),
    "sending": pgettext_lazy("field terminal", "Sending…"),
    "sign_in": pgettext_lazy("field terminal", "Sign in"),
    "sign_in_to_send": pgettext_lazy(
        "field terminal", "Your session has ended. Sign in again; nothing is lost."
    ),
    "queue": pgettext_lazy("field terminal", "Done on this phone"),
    "queue_empty": pgettext_lazy("field terminal", "Nothing done yet"),
    "queue_empty_text": pgettext_lazy(
        "field terminal", "What you complete appears here until a day after it was sent."
    ),
    "conflicts": pgettext_lazy("field terminal", "Conflicts"),
    "first_value": pgettext_lazy("field terminal", "First {who}"),
    "my_value": pgettext_lazy("field terminal", "Mine"),
    "proposal": pgettext_lazy("field terminal", "Why mine should stand"),
    "propose": pgettext_lazy("field terminal", "Propose"),
    "propose_again": pgettext_lazy("field terminal", "Change the proposal"),
    "proposed": pgettext_lazy("field terminal", "The dispatcher sees your proposal."),
    "correct": pgettext_lazy("field terminal", "Correct"),
    "drop": pgettext_lazy("field terminal", "Drop"),
    "drop_sure": pgettext_lazy("field terminal", "Drop this for good?"),
    "unit": pgettext_lazy("field terminal", "Unit"),
    "loaded": pgettext_lazy("field terminal", "Loaded"),
    "device": pgettext_lazy("field terminal", "Phone"),
    "live_location": pgettext_lazy("field terminal", "Share my location while I work"),
    "live_location_text": pgettext_lazy(
        "field terminal",
        "Off unless you agree. Dispatchers then see where you are; positions are deleted after some days, and at once when you switch it off.",
    ),
    "others_waiting": pgettext_lazy(
        "field terminal",
        "{count} entries of another person wait on this phone; that person must sign in to send them.",
    ),
    "console": pgettext_lazy("field terminal", "Open the console"),
    "sign_out": pgettext_lazy("field terminal", "Sign out and clear this phone"),
    "sign_out_unsent": pgettext_lazy(
        "field terminal",
        "{count} entries are not sent. They stay on this phone until you sign in again; everything else is cleared. Sign out?",
    ),
    "needs_network": pgettext_lazy("field terminal", "This needs a network."),
    "no_worker": pgettext_lazy("field terminal", "This browser cannot work without a network."),
    "refused_by_server": pgettext_lazy("field terminal", "The server refused it ({status})."),
}


def texts() -> dict[str, str]:
    """Key → words in the language that is active now."""
    return {key: str(text) for key, text in TEXTS.items()}
