-- The office's tables. Money is whole rupiah. Personal facts and texts are sealed; events hold none of them. What a
-- hash covers (data), and what replay is compared with byte for byte (state, body), is text, not jsonb.

-- One row, locked first in every batch: so positions are gap-free and in the order of commits, however many servers
-- write. office counts changes of people, definitions and sessions; key_id names the key that facts are sealed under.
create table head (
    one integer primary key check (one = 1),
    pos bigint not null,
    hash bytea not null,
    office bigint not null,
    key_id text
) with (fillfactor = 10);
insert into head (one, pos, hash, office) values (1, 0, decode(repeat('00', 32), 'hex'), 0);

-- The audit chain: every act, gap-free by position. hash covers the row and the hash before it. A partition for each
-- year of `at` in UTC is made by the program ahead of time; uniqueness across years follows from head.
create table event (
    year smallint not null,
    pos bigint not null,
    at timestamptz not null,
    actor uuid not null,
    for_whom uuid,
    subject_kind text not null,
    subject_id uuid not null,
    seq integer not null,
    kind text not null,
    data text not null,
    prev_hash bytea not null,
    hash bytea not null,
    primary key (pos, year),
    -- Used to load one subject's history; doubles as the guard against two events with one seq.
    unique (subject_id, seq, year)
) partition by list (year);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'events are never changed or deleted';
end $$;
create trigger event_never_changes before update or delete on event
    for each row execute function refuse_change();
create trigger event_never_goes before truncate on event
    for each statement execute function refuse_change();

-- Makes the partition of a year, where it is not there yet, without keeping anybody waiting: it is a table of its own
-- before it is attached, which readers and writers of event do not notice; made at once with `partition of` it would
-- wait for every reader, and every writer for it. Who makes a partition waits only for another who does, and briefly.
create function make_event_year(wanted smallint) returns void language plpgsql set lock_timeout = '2s' as $$
declare
    name text := format('event_%s', wanted);
    is_going boolean;
    is_filled boolean := false;
begin
    perform pg_advisory_xact_lock(hashtext('event'), wanted);
    select inhdetachpending into is_going from pg_inherits
        where inhparent = 'event'::regclass and inhrelid = to_regclass(name);
    if is_going is false then
        return;
    end if;
    if is_going is null and to_regclass(name) is not null then
        -- An empty table is what somebody's own attempt has left; a filled one is a year on its way into an archive.
        execute format('select exists (select from %I)', name) into is_filled;
    end if;
    if is_going or is_filled or to_regclass('archived_' || name) is not null then
        raise exception 'the year % is archived and takes no more events: is a clock behind?', wanted;
    end if;
    if to_regclass(name) is null then
        -- The check says what the partition will hold, so that attaching it reads nothing.
        execute format('create table %I (like event including all, constraint of_its_year check (year = %s))',
            name, wanted);
    end if;
    execute format('create or replace trigger event_never_goes before truncate on %I
        for each statement execute function refuse_change()', name);
    execute format('alter table event attach partition %I for values in (%s)', name, wanted);
    execute format('alter table %I drop constraint if exists of_its_year', name);
end $$;

-- Closes a year before it is archived: what is counted and copied then is all there will be. It waits for writers of
-- that year alone, and readers are not kept waiting.
create function refuse_late() returns trigger language plpgsql as $$
begin
    raise exception 'the year % is closed and takes no more events: is a clock behind?', new.year;
end $$;
create function close_event_year(wanted smallint) returns void language plpgsql set lock_timeout = '10s' as $$
declare
    name text := format('event_%s', wanted);
begin
    -- One that is being detached was closed before.
    if exists (select from pg_inherits where inhparent = 'event'::regclass and inhrelid = to_regclass(name)
            and not inhdetachpending) then
        execute format('create or replace trigger event_year_is_closed before insert on %I
            for each row execute function refuse_late()', name);
    end if;
end $$;

-- What a request's events fold into. state is the whole of it; the columns are what lists ask for, label is the
-- recipient's name and the tail of the NIK, sealed under the office's key.
create table request (
    id uuid primary key,
    scheme text not null,
    year integer not null,
    region text not null,
    stage text not null,
    entered_at timestamptz not null,
    due_on date,
    snag text,
    closed boolean not null,
    version integer not null,
    subject_key text,
    label bytea,
    state text not null
) with (fillfactor = 70);
-- Used by the queue of one stage in one region, oldest first.
create index request_queue on request (scheme, year, stage, region, entered_at, id);
-- Used by the queue of one stage over all regions, oldest first.
create index request_stage on request (scheme, year, stage, entered_at, id);
-- Refuses a recipient who is in already, same scheme and year.
create unique index request_subject on request (scheme, year, subject_key) where subject_key is not null;
-- Used by the list of what is stuck or overdue, oldest first: it holds all that the list asks.
create index request_open on request (scheme, entered_at, id, year, stage, region, snag, due_on)
    where not closed or snag is not null;

-- How many requests are where: kept up in the same transaction, so that a count never scans.
create table stage_count (
    scheme text not null,
    year integer not null,
    stage text not null,
    region text not null,
    n bigint not null,
    primary key (scheme, year, stage, region)
) with (fillfactor = 50);
-- How many open requests fall due on which day.
create table stage_due (
    scheme text not null,
    year integer not null,
    stage text not null,
    region text not null,
    due_on date not null,
    n bigint not null,
    primary key (scheme, year, stage, region, due_on)
) with (fillfactor = 50);
-- How many requests have which snag, and where.
create table snag_count (
    scheme text not null,
    year integer not null,
    stage text not null,
    region text not null,
    snag text not null,
    n bigint not null,
    primary key (scheme, year, stage, region, snag)
) with (fillfactor = 50);

-- A recipient's key, sealed under the office's key: whoever erases it erases the recipient's facts.
create table recipient (
    id uuid primary key,
    key_id text not null,
    sealed_key bytea not null
);
create table facts (
    recipient uuid not null,
    version integer not null,
    sealed bytea not null,
    primary key (recipient, version)
);
-- Keyed hashes of the words of a name and of a NIK: found by whole word, read by nobody.
create table word (
    hash bigint not null,
    request uuid not null,
    primary key (hash, request)
);
create table note (
    id uuid primary key,
    key_id text not null,
    sealed bytea not null
);
create table attachment (
    id uuid primary key,
    request uuid not null,
    at timestamptz not null,
    media_type text not null,
    size bigint not null,
    digest bytea not null
);
-- Used by a request's own page.
create index attachment_request on attachment (request, at);
-- Files that came in, sealed, by the digest of their content: every server finds them, and so does every backup.
create table file (
    digest bytea primary key,
    sealed bytea not null
);
alter table file alter column sealed set storage external;

create table budget_line (
    id text primary key,
    scheme text not null,
    year integer not null,
    fund text not null,
    account text not null,
    ceiling bigint not null,
    reserved bigint not null check (reserved >= 0),
    committed bigint not null check (committed >= 0),
    paid bigint not null check (paid >= 0),
    check (reserved + committed + paid <= ceiling)
) with (fillfactor = 50);

create table decree (
    id uuid primary key,
    scheme text not null,
    year integer not null,
    state text not null,
    drafted_at timestamptz not null,
    version integer not null,
    body text not null,
    -- What the number is known by: the year of its date, and the number in one spelling.
    number text
);
-- Used when a decree is signed: a number names one decree of a year.
create unique index decree_number on decree (number) where number is not null;
-- Used by the list of decrees, newest first.
create index decree_drafted on decree (drafted_at, id);
create table decree_line (
    decree uuid not null,
    line integer not null,
    request uuid not null,
    amount bigint not null,
    facts bytea not null,
    outcome text not null,
    body text not null,
    primary key (decree, line)
);

create table payment_order (
    id uuid primary key,
    state text not null,
    drafted_at timestamptz not null,
    version integer not null,
    body text not null,
    -- What the number is known by: the year of its date, and the number in one spelling.
    sp2d text
);
-- Used when an SP2D is entered: a number names one of a year.
create unique index payment_order_sp2d on payment_order (sp2d) where sp2d is not null;
-- Used to tell whose results a file is: the orders that the bank has.
create index payment_order_at_bank on payment_order (state) where state = 'exported';
-- Used by the list of payment orders, newest first.
create index payment_order_drafted on payment_order (drafted_at, id);
create table payment_line (
    payment_order uuid not null,
    line integer not null,
    request uuid not null,
    recipient uuid not null,
    facts_version integer not null,
    amount bigint not null,
    outcome text not null,
    body text not null,
    primary key (payment_order, line)
);

-- What was answered to whom under which key: sent twice, it is done once.
create table command (
    principal uuid not null,
    key text not null,
    fingerprint bytea not null,
    at timestamptz not null,
    outcome text not null,
    primary key (principal, key)
);
-- Used to forget answers after thirty days.
create index command_at on command (at);

-- What is to be told outside, once committed.
create table outbox (
    pos bigint primary key,
    topic text not null,
    subject_id uuid not null,
    due_at timestamptz not null
);

-- Work that one server does at a time; who does not renew it in time loses it to whoever asks next.
create table lease (
    work text primary key,
    holder uuid not null,
    until timestamptz not null
);

create table import (
    id uuid primary key,
    scheme text not null,
    year integer not null,
    state text not null,
    at timestamptz not null,
    body text not null,
    sender uuid not null
);
-- Used by the list of a sender's own imports, newest first.
create index import_sender on import (sender, id);
-- Used to take up unfinished work after a restart.
create index import_state on import (state) where state in ('judging', 'accepting');
create table import_fault (
    import uuid not null,
    line bigint not null,
    n integer not null,
    sealed bytea not null,
    primary key (import, line, n)
);

create table person (
    id uuid primary key,
    staff_no text not null unique,
    name text not null,
    active boolean not null,
    program boolean not null default false
);
create table person_grant (
    person uuid not null,
    role text not null,
    region text not null,
    primary key (person, role, region)
);
-- Who signs in under which name: body is when and with which password (Argon2id), factors are passkeys, one-time codes
-- (their secret sealed under the office's key) and hashes of recovery codes.
create table account (
    person uuid primary key,
    login text not null unique,
    body text not null,
    factors text not null
);
-- Guesses at a password or a code, by a keyed hash of what they are at; whether there is such a login makes no difference.
create table guess (
    key bytea primary key,
    at timestamptz not null,
    body text not null
);
-- Used to forget guesses.
create index guess_at on guess (at);
-- One-time links, by the hash of their token.
create table one_time_link (
    digest bytea primary key,
    person uuid not null,
    expires_at timestamptz not null,
    body text not null
);
-- Sessions of people and tokens of programs, by the hash of their token. seen_at moves at most once a minute.
create table session (
    digest bytea primary key,
    id uuid not null unique,
    person uuid not null,
    expires_at timestamptz not null,
    seen_at timestamptz not null,
    body text not null
);
-- Used to list and end a person's sessions.
create index session_person on session (person);
-- Used to forget sessions that are over.
create index session_expires on session (expires_at);
-- What was asked of an authenticator, until it answers: one at a time for each session and purpose.
create table ceremony (
    session uuid not null,
    purpose text not null,
    expires_at timestamptz not null,
    body text not null,
    primary key (session, purpose)
);
-- What a passkey signed under a decree, with all that is needed to check it without this database.
create table assertion (
    decree uuid primary key,
    body text not null
);

-- Published definitions never change.
create table definition (
    scheme text not null,
    version integer not null,
    digest bytea not null,
    text text not null,
    primary key (scheme, version)
);

-- Changes of the office that somebody has proposed; body is the whole of it, with the name of who is registered and the
-- text of a definition, which events do not hold.
create table proposal (
    id uuid primary key,
    kind text not null,
    state text not null,
    at timestamptz not null,
    body text not null
);
-- Used by the list of what waits for a second person, newest first.
create index proposal_state on proposal (state, id);
-- Seats, acting officers, delegations, absences and freezes: all that were not ended.
create table paper (
    kind text not null,
    key text not null,
    body text not null,
    primary key (kind, key)
);
-- How many events the audit chain has of a person, a paper or a budget line.
create table subject (
    id uuid primary key,
    seq integer not null
);
