-- Where time went: one row for each stay of a request at a stage, made out of the events after they are committed. All
-- of it can be made again from them.

-- The position up to which events have become visits.
create table visit_mark (
    one integer primary key check (one = 1),
    pos bigint not null
);
insert into visit_mark (one, pos) values (1, 0);

create table visit (
    request uuid not null,
    n integer not null,
    scheme text not null,
    year integer not null,
    region text not null,
    stage text not null,
    number integer not null,
    began_at timestamptz not null,
    entered_at timestamptz not null,
    sent_back boolean not null,
    claimed_at timestamptz,
    left_at timestamptz,
    by_whom uuid,
    action text,
    kind text,
    to_stage text,
    list_kind text,
    list uuid,
    closes boolean not null,
    pauses text,
    primary key (request, n)
);
-- Used by the figures of a stage: what left it last.
create index visit_left on visit (scheme, stage, left_at, request, n) where left_at is not null;
-- Used by the figures of a stage: what is there.
create index visit_open on visit (scheme, stage, entered_at, request, n) where left_at is null;
-- Used by lead times: what was closed last.
create index visit_closed on visit (scheme, left_at, request, n) where closes;

-- How many requests came to a stage or an end on a day of the office's own zone, and how many left it.
create table stage_day (
    scheme text not null,
    year integer not null,
    stage text not null,
    region text not null,
    day date not null,
    -- Came for the first time; came again.
    came bigint not null,
    again bigint not null,
    -- Left, and of these sent back.
    went bigint not null,
    returned bigint not null,
    -- Of those that came on this day, how many have left since.
    gone bigint not null,
    primary key (scheme, stage, day, region, year)
);
