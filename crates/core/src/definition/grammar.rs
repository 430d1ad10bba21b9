//! What a definition file may hold, as data: the reader follows it, and so does the schema for editors, so the two
//! cannot disagree.

/// What a value must look like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Any text.
    Text,
    /// The name of something.
    Name,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A length of time with its unit.
    Length,
    /// A length of time in working days.
    Days,
    /// A whole number, this or more.
    Whole(i64),
    /// A share: above 0 and up to 1.
    Share,
    /// Yes or no.
    Flag,
    /// A text in both languages.
    Label,
    /// A day as TOML writes days.
    Day,
    /// A list of two.
    Two(&'static Shape),
    /// A list of the same.
    List(&'static Shape),
    /// Entries under names of the author's choice; at most so many.
    Map(usize, &'static Shape),
    /// Entries under these keys.
    Table(&'static [Key]),
    /// Entries under keys that depend on the entry `kind`.
    ByKind(&'static [(&'static str, &'static [Key])]),
    /// The first of these that is written in the same way (a text, a number, a list, a table).
    Either(&'static [Shape]),
}

/// A key of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) shape: Shape,
    /// What it says, for editors.
    pub(super) note: &'static str,
}

const fn must(name: &'static str, shape: Shape, note: &'static str) -> Key {
    Key { name, required: true, shape, note }
}

const fn may(name: &'static str, shape: Shape, note: &'static str) -> Key {
    Key { name, required: false, shape, note }
}

/// Most stages and actions of a definition, and of everything else that is named.
pub(super) const STAGES_MAX: usize = 32;
pub(super) const ACTIONS_MAX: usize = 64;
const NAMES_MAX: usize = 64;

const NAMES: Shape = Shape::List(&Shape::Name);
const TEXTS: Shape = Shape::Either(&[Shape::Text, Shape::List(&Shape::Text)]);
const ROLES: Shape = Shape::Either(&[Shape::Name, Shape::List(&Shape::Name)]);
const ROLES_WITH_DUTIES: Shape = Shape::Map(NAMES_MAX, &Shape::Name);
pub(super) const PHASES: &[&str] = &["input", "verification", "approval", "disbursement", "accountability"];
const MEANS: Shape = Shape::OneOf(&["decree", "payment_order"]);

/// The whole file.
pub(super) const FILE: &[Key] = &[
    must("schema", Shape::Whole(1), "the version of this language"),
    must("workflow", Shape::Table(WORKFLOW), "what the workflow is"),
    must("form", Shape::Table(FORM), "what is asked about a recipient"),
    must("stage", Shape::Map(STAGES_MAX, &Shape::Table(STAGE)), "the stages, by name"),
    must("action", Shape::Map(ACTIONS_MAX, &Shape::Table(ACTION)), "the actions, by name"),
    may("field", Shape::Map(NAMES_MAX, &Shape::Table(FIELD)), "what is noted down on the way, by name"),
    may(
        "params",
        Shape::Map(NAMES_MAX, &Shape::Either(&[Shape::Whole(i64::MIN), Shape::Flag, Shape::Table(PARAM)])),
        "figures that guards read as `params.name`; a bare number is whole rupiah",
    ),
    may("duty", Shape::List(&Shape::Table(DUTY)), "who must differ from whom"),
    must("hold", Shape::Table(HOLD), "who may set a request aside"),
    must("decree", Shape::Table(DECREE), "who drafts and strikes a decree"),
    must("payment_order", Shape::Table(PAYMENT_ORDER), "who runs a payment order"),
    may("repair", Shape::Table(REPAIR), "who may put a request that is stuck to another stage"),
    may("goal", Shape::List(&Shape::Table(GOAL)), "what the office wants to reach"),
    may(
        "migrate",
        Shape::Map(NAMES_MAX, &Shape::Map(STAGES_MAX, &Shape::Name)),
        "by older version: the stage that takes the place of a stage it had",
    ),
];

const WORKFLOW: &[Key] = &[
    must("id", Shape::Name, "the scheme"),
    must("version", Shape::Whole(1), "counts up with each published change"),
    must("title", Shape::Label, "its name for people"),
    must("start", Shape::Name, "the stage a request enters at"),
    may("referred", Shape::Name, "the end of those whom another office serves"),
    must("fund", Shape::Name, "the fund source"),
    must("benefit", Shape::OneOf(&["cash", "goods"]), "what a recipient gets"),
    may(
        "track",
        Shape::OneOf(&["planned_cash", "unplanned_cash", "goods"]),
        "planned aid in cash, aid that no budget foresaw, or goods",
    ),
];

const STAGE: &[Key] = &[
    must("title", Shape::Label, "its name for people"),
    may("phase", Shape::OneOf(PHASES), "the phase of an open stage"),
    may("end", Shape::OneOf(&["success", "rejected", "withdrawn", "referred"]), "how the way ends here"),
    may("served_by", Shape::Table(STATION), "who serves it"),
    may("sla", Shape::Table(SLA), "how soon"),
    may("waits", Shape::Name, "the cause named while a request merely waits its turn here"),
    may("legal", TEXTS, "the legal basis, with its certainty"),
];

const STATION: &[Key] = &[
    must("role", Shape::Name, "the role that serves it"),
    may("scope", Shape::OneOf(&["region", "province"]), "each region by its own people, or all by the same"),
    may("people", Shape::Whole(1), "how many"),
    may("touch", Shape::Length, "working time one request takes"),
    may("batch", MEANS, "served in batches by this means"),
    may("every", Shape::OneOf(&["mon", "tue", "wed", "thu", "fri"]), "the weekday of the sessions"),
    may("max", Shape::Whole(1), "most requests in one session"),
    may("setup", Shape::Length, "working time before the first request of a session"),
];

const SLA: &[Key] = &[
    must("target", Shape::Days, "done within this many working days"),
    may("share", Shape::Share, "in this share of the cases"),
    may("remind", Shape::Days, "who serves it is reminded after this long"),
    may("escalate", Shape::Table(ESCALATE), "whom it is brought before, and when"),
];

const ESCALATE: &[Key] = &[
    must("after", Shape::Days, "after this long at the stage"),
    must("to", Shape::Name, "the role that is told"),
];

const ACTION: &[Key] = &[
    must("title", Shape::Label, "its name for people"),
    must("from", NAMES, "the stages it may be taken at"),
    may("to", Shape::Name, "the stage it leads to"),
    may("by", NAMES, "the roles that may take it"),
    may("counts_as", Shape::Name, "the duty it counts under; its own name if not said"),
    may(
        "kind",
        Shape::OneOf(&["forward", "rework", "approval", "payment", "close", "correction", "ruling"]),
        "what kind of step it is",
    ),
    may("via", MEANS, "the only means by which it is taken"),
    may("persons", Shape::Whole(1), "how many different persons must take it with the same content"),
    may("quorum", Shape::Either(&[Shape::Whole(1), Shape::Table(QUORUM)]), "the same as `persons`"),
    may("reason", Shape::OneOf(&["required", "optional"]), "whether a reason must be given"),
    may("needs", NAMES, "fields that must be filled in"),
    may("sets", NAMES, "the same as `needs`: fields it sets"),
    may("notes", NAMES, "fields that may be filled in"),
    may("guard", Shape::Text, "what must hold, in CEL"),
    may("max_visits", Shape::Whole(1), "a request may come to the target stage this many times"),
    may("valid_for", Shape::Days, "how long its result holds"),
];

const QUORUM: &[Key] = &[
    must("k", Shape::Whole(1), "how many different persons"),
    may("of", Shape::Whole(1), "out of how many that hold the roles"),
    may("by", NAMES, "the roles; in the place of the action's `by`"),
];

const FIELD: &[Key] = &[
    must("title", Shape::Label, "its name for people"),
    must("type", Shape::OneOf(&["bool", "int", "money", "date", "enum"]), "what it holds"),
    may("values", Shape::List(&Shape::Text), "the values of an enum"),
    may("labels", Shape::Map(NAMES_MAX, &Shape::Label), "what each value is called"),
];

const PARAM: &[Key] = &[
    must("type", Shape::OneOf(&["bool", "int", "money", "date"]), "what it is"),
    must(
        "value",
        Shape::Either(&[Shape::Whole(i64::MIN), Shape::Flag, Shape::Text, Shape::Day]),
        "its value",
    ),
    may("title", Shape::Label, "its name for people"),
    may("source", Shape::Text, "where the figure comes from"),
];

const DUTY: &[Key] = &[
    may("distinct", NAMES, "acts that no person may take two of on one request"),
    may("same_person", NAMES, "acts that one person takes all of on one request"),
    may("exclusive_roles", NAMES, "roles that no person may hold two of"),
    may("min_persons", Shape::Whole(1), "the fewest different persons"),
    may("before", Shape::Name, "before a request may come to this stage"),
];

const HOLD: &[Key] = &[must("by", NAMES, "the roles that may")];

const DECREE: &[Key] = &[
    must("draft", ROLES_WITH_DUTIES, "the roles that may freeze a list, each with its duty"),
    must("strike", ROLES_WITH_DUTIES, "the roles that may strike lines, each with its duty"),
    must("strike_to", Shape::Name, "where a struck request goes"),
];

const PAYMENT_ORDER: &[Key] = &[
    must("draft", ROLES_WITH_DUTIES, "the roles that may freeze a list, each with its duty"),
    must("settle", ROLES_WITH_DUTIES, "the roles that may enter results, each with its duty"),
];

const REPAIR: &[Key] = &[
    must("by", ROLES, "the roles that may ask for it"),
    must("confirm_by", ROLES, "the roles of the second person"),
    must("may_enter", NAMES, "the stages a request may be put to; all before it waits for approval"),
    may("reason", Shape::OneOf(&["required"]), "a reason is always required"),
];

const GOAL: &[Key] = &[
    must("id", Shape::Name, "its name for programs"),
    must("title", Shape::Label, "its name for people"),
    must("when", Shape::Name, "the stage to be reached"),
    may("before", Shape::Text, "a day of the year, as 12-15"),
    may("within", Shape::Days, "a time from the entry of a request"),
    may("share", Shape::Share, "in this share of the cases"),
    may("probability", Shape::Share, "the same as `share`"),
];

const FORM: &[Key] = &[
    must("key", Shape::Name, "the field that names a recipient within scheme and year"),
    must("display", Shape::Name, "the field that is shown as the recipient's name"),
    must("amount", Shape::Name, "the field with the amount"),
    must("region", Shape::Name, "the field with the region's code"),
    must("account", Shape::Table(ACCOUNT), "the fields that say where the money goes"),
    may("refer_when", Shape::Table(REFER_WHEN), "which rows another office pays"),
    must("field", Shape::List(&Shape::Table(FORM_FIELD)), "the fields, in the order they are shown"),
    may("check", Shape::List(&Shape::ByKind(CHECKS)), "what must agree between fields"),
    may("members", Shape::Table(MEMBERS), "the second file, with the members of groups"),
];

const ACCOUNT: &[Key] = &[
    must("bank", Shape::Name, "the bank"),
    must("number", Shape::Name, "the account's number"),
    must("holder", Shape::Name, "its holder"),
];

const REFER_WHEN: &[Key] = &[
    must("field", Shape::Name, "a yes-or-no field"),
    must("is", Shape::Flag, "the answer that sends a row elsewhere"),
];

const FORM_FIELD: &[Key] = &[
    must("name", Shape::Name, "its name in facts"),
    must(
        "kind",
        Shape::OneOf(&[
            "nik",
            "family_card",
            "name",
            "text",
            "sex",
            "date",
            "region",
            "region_name",
            "money",
            "bank",
            "account",
            "count",
            "yes_no",
            "code",
            "tax_no",
        ]),
        "how its value is read",
    ),
    must("headers", Shape::List(&Shape::Text), "the headers it is known by in files"),
    may("required", Shape::Flag, "false where it may be left empty"),
    may("digits", Shape::Two(&Shape::Whole(1)), "least and greatest number of digits"),
    must("label", Shape::Label, "what it is called on pages"),
];

const CHECKS: &[(&str, &[Key])] = &[
    ("nik_birth_date", &[must("nik", Shape::Name, "the NIK"), must("date", Shape::Name, "the birth date")]),
    ("nik_sex", &[must("nik", Shape::Name, "the NIK"), must("sex", Shape::Name, "the sex")]),
    (
        "region_name",
        &[must("region", Shape::Name, "the region's code"), must("name", Shape::Name, "its name")],
    ),
];

const MEMBERS: &[Key] = &[
    may("required", Shape::Flag, "false where the list may come without it"),
    must("group", Shape::Name, "the member's field with the group's key"),
    must("nik", Shape::Name, "the member's field with the NIK"),
    may("count", Shape::Name, "the group's field with the number of members"),
    may("leader", Shape::Name, "the group's field with the leader's NIK"),
    must("field", Shape::List(&Shape::Table(FORM_FIELD)), "the fields of a member"),
];
