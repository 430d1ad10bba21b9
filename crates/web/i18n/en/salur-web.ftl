### The words of pages, English.
skip = Skip to content
nav-label = Pages
nav-home = Home
nav-requests = Requests
nav-imports = Imports
nav-decrees = Decrees
nav-payments = Payments
nav-stuck = Stuck
nav-flow = Flow
nav-office = Office
nav-workflows = Workflows
nav-audit = Audit trail
other-language = Bahasa Indonesia
account = My account
sign-out = Sign out
help = Help
error-title = It cannot be done
error-prefix = Error:
error-stale = This has changed since the page was opened. Load the page again, see what changed, and repeat.
error-again = Try again in a moment. Sending the same form again does nothing twice.
to-home = To the first page
who-could = Who could do it:
yes = yes
no = no
optional = may be empty
cancel = Cancel
all = All
see-all = See all
open-it = Open
scheme = Program
stage = Stage
region = Regency or city
year = Fiscal year
recipient = Recipient
amount = Amount
count = Count
overdue = Overdue
waits-for = Waits for
reason = Reason
reason-hint = Read word for word by whoever deals with it next. Write no NIK and no account number.
days-late = { $days ->
    [one] { $days } working day late
   *[other] { $days } working days late
}
home-hello = Good to see you, { $name }
home-open = open requests
home-overdue = past their day
home-new = New request
home-import = Import a list
home-decrees = Decrees to decide
home-payments = Payment orders
home-returned = Returned, not mended yet
home-oldest = Longest past their day
home-none-overdue = Nothing is past its day.
home-where = Where everything is
filter = Filter
find = Find
find-label = Find a name or NIK
take-filter-off = take the filter off
stuck-only = stuck only
list-empty = No request fits.
list-empty-mend = Take one of the filters above off, or look for another name.
choose-page = Choose all on this page
choose-one = Choose { $name }
choose-some = Choose requests, then what to do
chosen = { $n } chosen
act = Act
on-chosen = Check the chosen
on-all = Check all { $n }
next-page = Next page
bulk-check = { $action }: check first
bulk-done = { $action }: done
bulk-would = { $done } would be done, { $refused } left out.
bulk-did = { $done } were done, { $refused } left out.
bulk-left-out = What is left out, and why
bulk-go = { $action } on { $n } requests
bulk-fill-in = Fill in everything below first.
back-to-list = Back to the list
way-label = Stages of the request
reminded = Reminded on { $at }.
returned-by = Returned by { $name }, { $day }:
held-by = Held by { $name }, { $day }:
amend = Amend facts
acts = Acts
acts-not = What cannot be done now, and why
facts = Facts
budget-line = Budget line
decree = Decree
payment = Payment
payment-line = line { $line }
members = Members ({ $n })
attachments-none = No file yet.
attach = Attach
attach-hint = PDF, JPEG or PNG
attachments = Files
timeline = History
for-whom = for { $name }
archived = { $n ->
    [one] { $n } event of earlier years lies in archives.
   *[other] { $n } events of earlier years lie in archives.
}
help-words = Words in use
help-request = One request of aid for one recipient or group, from input to disbursement.
help-stage = Where a request is on its way; always exactly one.
help-decree = The governor's decision over a frozen list of requests; one signature for the whole list.
help-strike = Taking a line off a draft decree, with a reason; its request goes back to the clerk.
help-order = A frozen list of payments; the bank file is made from it, and the bank's results are entered on it.
help-budget = The limit of money by program, fund source and year; never exceeded.
help-acting = An officer who acts in somebody else's seat, by a letter and on its days.
help-keys = Keys
help-keys-list = j and k move between rows, x chooses, / searches.
help-keys-switch = Keys are on
help-who = Ask
help-contact = Ask your office's administrator. Name the code below the error message.

# Decrees
decree-draft = waits for a signature
decree-signed = signed
decree-cancelled = cancelled
decree-draft-of = Draft decree { $scheme } { $year }
decree-draft-title = Draft decree
decree-new = Draft a decree
decree-freeze = Freeze all that wait for approval
decrees-none = No decree yet. A verifier drafts one from the requests that wait for approval.
decree-digest = Fingerprint of the list
decree-number = Number of the decree
decree-date = Date of the decree
decree-give-up = Cancel the draft
drafted-by = Drafted by { $name }, { $at }
signed-by = Signed by { $name }, { $at }.
signed-next = Next: a treasurer drafts a payment order over the approved requests.
digest = Fingerprint
print = Print
lines = Lines of the decree
line = Line
lines-n = { $n } recipients
recipients = Recipients
recipients-n = { $n } recipients
amount-in-words = In words: { $words } rupiah
budget-before-after = Left of the budget { $before }; after this decree { $after }.
budget-short = budget too short
struck-n = { $n } lines struck, { $total }.
refused-n = { $n } lines refused by the rules.
look-at = { $n ->
    [one] { $n } thing to look at
   *[other] { $n } things to look at
}
per-region = By regency or city
all-lines = See all { $n } lines
sign = Sign the decree
sign-passkey = Your passkey signs the fingerprint of this list; its signature is kept and can be checked without this server.
sign-read = I have read this list.
sign-read-first = Say first that you have read the list.
date-malformed = The date must be a day that exists, as 2026-11-24.
strike-some = Strike some
strike-one = Strike line { $line }
strike-chosen = Strike the chosen
strike-reason = Why they are struck
strike-what = A struck line stays in its place, and its request goes back to the clerk.
strike-fill-in = Choose at least one line and say why it is struck.
of-total = of { $total }
outcome = Outcome
other-region = outside your regions
line-listed = on the list
line-approved = approved
line-struck = struck
line-refused = refused by the rules
line-released = let go
version-n = version { $n }

# Payments
payment-order = Payment order
order-open = not at the bank yet
order-exported = at the bank
order-settled = settled
order-of = Payment order of { $day }
order-new = Draft a payment order
order-freeze = Freeze all that wait for their money
order-lines = Payments
order-steps = Steps
order-give-up = Cancel the order
orders-none = No payment order yet. A treasurer drafts one from approved requests.
failed-n = { $n } failed
unknown-n = { $n } unknown
pay-pending = not reported yet
pay-paid = paid
pay-failed = failed
pay-unknown = unknown
conflicts-n = { $n ->
    [one] { $n } result contradicts what is known; nothing was changed for it:
   *[other] { $n } results contradict what is known; nothing was changed for them:
}
bank-file = File for the bank
bank-file-first = Once this file is fetched, the order cannot be given up.
bank-file-since = First fetched { $at }.
bank-file-fetch = Fetch the bank file (CSV)
bank-results = Results of the bank
bank-results-hint = CSV with the columns line, outcome (paid, failed, unknown), reference, cause. Sending it twice is safe.
bank-results-match = Match the bank's results
bank-says = The bank says
sp2d-number = Number of the SP2D
sp2d-enter = Enter the SP2D
date = Date
file-unreadable = The file could not be read to its end; send it again.

# Imports
import = Import
imports-none = No list was sent yet.
import-judging = being judged
import-ready = ready to decide
import-accepting = being entered
import-done = done
import-failed = of no use
import-counts = { $rows } rows: { $sound } sound, { $faulty } faulty
import-file = List of recipients
import-file-hint = CSV, XLSX, XLS or ODS; at most 32 MiB and 100,000 rows. Columns are recognised by their names.
import-members-file = List of members
import-members-hint = One row for each member, with the group's code.
import-list-file = list
import-check = Check the list
import-nothing-yet = Nothing is entered yet: you decide once it is checked.
import-columns = Columns that are known
import-working = { $done } rows are done.
import-accept = Enter { $n } sound rows
import-or-mend = Or mend the faulty rows first, and send the file again.
import-done-next = The requests wait to be submitted:
rows = rows
rows-sound = sound
rows-referred = { $n } for the regency or city to serve
rows-faulty = faulty
rows-accepted = entered
rows-refused = turned away when entered
faults = What is wrong
fault = Fault
faults-by-code = By fault
faults-rows = Row by row
faulty-fetch = Download the faulty rows (CSV)
faulty-how = Mend them in that file and send it as it is; columns that begin with an underscore are passed over.
fault-and-mend = What is wrong and how to mend it
row = Row
column = Column
found = Found
progress = Progress
look-again = Look again
change = Change
go-on = Go on

# Stuck
stuck-title = What is stuck, and why
stuck-causes = By cause
stuck-none = Nothing is stuck.
stuck-all-causes = All causes
stuck-requests = The requests, the longest first
unblock = What unblocks it

# New request
entry-choose = For which program?
entry-many = Many recipients at once?
entry-check = Check the answers
entry-wrong = Some answers need mending
entry-enter = Enter the request
check-answers = Check the answers
check-answers-hint = Nothing is entered yet. Read it once more, then enter it.
member-n = Member { $n }
members-more = More rows for members
members-more-hint = Choose the number of rows first: what is written is not taken along.
amend-hint = Numbers that are masked stay as they are unless you write new ones.
amend-nothing = Nothing was changed.
amend-save = Save

# Office
proposals-open = Proposals that wait for a second person
proposals-none = No proposal waits.
proposed-by = Proposed by { $name }, { $at }
waits-for-second = Waits for:
withdraw = Withdraw it
confirm = Confirm
decline = Decline
propose = Propose
change-office = Change something in the office
change-two = What gives a power or lets money go counts once a second person has confirmed it.
fill-in-all = Fill in everything that is asked for.
seats = Seats
seats-none = No seat is noted yet.
vacant = vacant
acting = acting
papers = Acting officers, delegations, absences
papers-none = None.
delegation = delegation
absence = away
end-it = End it
freezes = Freezes
freezes-none = No fund is frozen.
exempt = but for
lift-it = Lift it
budget = Budget
ceiling = Ceiling
reserved = Reserved
committed = Committed
paid = Paid
room = Left
people = People
name = Name
roles = Roles
state = State
left = has left
away-until = away until { $day }
at-work = at work

# Audit trail
audit-what = { $n } events in one chain; each seals the one before. Whoever holds the database can check it by this command:
position = Position
when = When
what = What
about = About
older = Older ones

# Workflows
workflow-next = Check a new definition
workflow-edit = Edit as the next version
workflow-hint = Raise its version. Requests under way keep theirs.
workflow-check = Check
workflow-propose = Propose to publish it
workflow-sound = This definition is proved and can be published.
findings = { $n ->
    [one] { $n } thing to mend
   *[other] { $n } things to mend
}
definition = Definition
proof-roster = With the people of today
proof-fewest = At the fewest { $n } persons:
proof-absences = What stops when somebody is away
proof-too-few = too few different persons
actions = Actions
from-stage = From
to-stage = To
condition = Condition

# Flow
flow-title = Whether it flows
flow-stages = By stage
share-overdue = Share past its day
oldest = Oldest
share-paid = Share paid

# Signing in and the account
sign-in = Sign in
login = Name
password = Password
sign-in-help = No password yet, or forgotten? Ask the office's administrator for a one-time link.
other-origin = This form does not come from a page of this office; open the page and repeat it there.
second-factor = Second factor
second-factor-why = Whoever approves, pays or changes the office proves who they are by more than a password.
passkey-use = Use a passkey
passkey-failed = The passkey was not used; try again.
code = Code
code-hint = Six digits of the app, or a recovery code.
start-title = Set a password
start-for = For { $person }, who signs in as { $login }.
start-done = The password is set. Sign in as { $login }.
password-new = New password
password-hint = At least 12 characters; a few words that have nothing to do with each other are good. It may be pasted from a password manager.
password-again = Once more
password-set = Keep the password
password-now = Current password
password-change = Change the password
password-changed = The password is changed; your other sessions have ended.
passwords-differ = The two passwords differ.
factors-n = { $passkeys ->
    [one] { $passkeys } passkey
   *[other] { $passkeys } passkeys
}; recovery codes left: { $recovery }.
factors-none = None yet.
factors-change = Set up second factors
factor-first = Your role requires a second factor. Set one up, then you can work.
passkeys = Passkeys
passkey-name = Name of the passkey
passkey-name-default = this device
passkey-add = Add a passkey
passkey-needs-script = Passkeys need scripts in the browser; without them, use one-time codes.
passkeys-off = Passkeys are not to be had: the office's address is not set on the server.
totp = One-time codes
totp-how = Put this key into an authenticator app, then write the code that it shows. The key is shown only once.
totp-open = Open in the app
totp-on = They are on.
totp-set = Set up one-time codes
recovery = Recovery codes
recovery-left = { $n } left.
recovery-new = Make ten new ones
recovery-once = Keep these codes in a safe place now: they are shown only once, and each works once.
remove = Remove
sessions = Where you are signed in
session-this = this one
session-since = Since { $at }; last used { $seen }.
session-end = End it
step-up = Prove first that this is you, then repeat it.
