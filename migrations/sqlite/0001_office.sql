-- The office's tables. Times are microseconds since 1970 UTC, money is whole rupiah, civil dates are text
-- YYYY-MM-DD, ids are sixteen bytes. Personal facts and texts are sealed; events hold none of them.

-- One row: the position and hash of the last event, read first and written last in every batch; and the id of the key
-- that facts are sealed under.
create table head (
    one integer primary key check (one = 1),
    pos integer not null,
    hash blob not null,
    key_id text
) strict;
insert into head (one, pos, hash) values (1, 0, zeroblob(32));

-- The audit chain: every act, gap-free by position. hash covers the row and the hash before it.
create table event (
    pos integer primary key,
    at integer not null,
    actor blob not null,
    for_whom blob,
    subject_kind text not null,
    subject_id blob not null,
    seq integer not null,
    kind text not null,
    data text not null,
    prev_hash blob not null,
    hash blob not null
) strict;
-- Used to load one subject's history; doubles as the guard against two events with one seq.
create unique index event_subject on event (subject_id, seq);

create trigger event_never_changes before update on event
begin
    select raise(abort, 'events are never changed');
end;
create trigger event_never_goes before delete on event
begin
    select raise(abort, 'events are never deleted');
end;
create trigger event_follows before insert on event
when new.pos <> coalesce((select max(pos) from event), 0) + 1
begin
    select raise(abort, 'an event follows the last one');
end;

-- What a request's events fold into. state is the whole of it; the columns are what lists ask for, label is the
-- recipient's name and the tail of the NIK, sealed under the office's key.
create table request (
    id blob primary key,
    scheme text not null,
    year integer not null,
    region text not null,
    stage text not null,
    entered_at integer not null,
    due_on text,
    snag text,
    closed integer not null check (closed in (0, 1)),
    version integer not null,
    subject_key text,
    label blob,
    state text not null
) strict, without rowid;
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
    n integer not null,
    primary key (scheme, year, stage, region)
) strict, without rowid;
-- How many open requests fall due on which day.
create table stage_due (
    scheme text not null,
    year integer not null,
    stage text not null,
    region text not null,
    due_on text not null,
    n integer not null,
    primary key (scheme, year, stage, region, due_on)
) strict, without rowid;

-- How many requests have which snag, and where.
create table snag_count (
    scheme text not null,
    year integer not null,
    stage text not null,
    region text not null,
    snag text not null,
    n integer not null,
    primary key (scheme, year, stage, region, snag)
) strict, without rowid;

-- A recipient's key, sealed under the office's key: whoever erases it erases the recipient's facts.
create table recipient (
    id blob primary key,
    key_id text not null,
    sealed_key blob not null
) strict, without rowid;
create table facts (
    recipient blob not null,
    version integer not null,
    sealed blob not null,
    primary key (recipient, version)
) strict, without rowid;
-- Keyed hashes of the words of a name and of a NIK: found by whole word, read by nobody.
create table word (
    hash integer not null,
    request blob not null,
    primary key (hash, request)
) strict, without rowid;
create table note (
    id blob primary key,
    key_id text not null,
    sealed blob not null
) strict, without rowid;
create table attachment (
    id blob primary key,
    request blob not null,
    at integer not null,
    media_type text not null,
    size integer not null,
    digest blob not null
) strict, without rowid;
-- Used by a request's own page.
create index attachment_request on attachment (request, at);

create table budget_line (
    id text primary key,
    scheme text not null,
    year integer not null,
    fund text not null,
    account text not null,
    ceiling integer not null,
    reserved integer not null check (reserved >= 0),
    committed integer not null check (committed >= 0),
    paid integer not null check (paid >= 0),
    check (reserved + committed + paid <= ceiling)
) strict;

create table decree (
    id blob primary key,
    scheme text not null,
    year integer not null,
    state text not null,
    drafted_at integer not null,
    version integer not null,
    body text not null,
    -- What the number is known by: the year of its date, and the number in one spelling.
    number text
) strict, without rowid;
-- Used when a decree is signed: a number names one decree of a year.
create unique index decree_number on decree (number) where number is not null;
-- Used by the list of decrees, newest first.
create index decree_drafted on decree (drafted_at, id);
create table decree_line (
    decree blob not null,
    line integer not null,
    request blob not null,
    amount integer not null,
    facts blob not null,
    outcome text not null,
    body text not null,
    primary key (decree, line)
) strict, without rowid;

create table payment_order (
    id blob primary key,
    state text not null,
    drafted_at integer not null,
    version integer not null,
    body text not null,
    -- What the number is known by: the year of its date, and the number in one spelling.
    sp2d text
) strict, without rowid;
-- Used when an SP2D is entered: a number names one of a year.
create unique index payment_order_sp2d on payment_order (sp2d) where sp2d is not null;
-- Used to tell whose results a file is: the orders that the bank has.
create index payment_order_at_bank on payment_order (state) where state = 'exported';
-- Used by the list of payment orders, newest first.
create index payment_order_drafted on payment_order (drafted_at, id);
create table payment_line (
    payment_order blob not null,
    line integer not null,
    request blob not null,
    recipient blob not null,
    facts_version integer not null,
    amount integer not null,
    outcome text not null,
    body text not null,
    primary key (payment_order, line)
) strict, without rowid;

-- What was answered to whom under which key: sent twice, it is done once.
create table command (
    principal blob not null,
    key text not null,
    fingerprint blob not null,
    at integer not null,
    outcome text not null,
    primary key (principal, key)
) strict, without rowid;
-- Used to forget answers after thirty days.
create index command_at on command (at);

-- What is to be told outside, once committed.
create table outbox (
    pos integer not null primary key,
    topic text not null,
    subject_id blob not null,
    due_at integer not null
) strict;

create table import (
    id blob primary key,
    scheme text not null,
    year integer not null,
    state text not null,
    at integer not null,
    body text not null,
    sender blob not null
) strict, without rowid;
-- Used by the list of a sender's own imports, newest first.
create index import_sender on import (sender, id);
-- Used to take up unfinished work after a restart.
create index import_state on import (state) where state in ('judging', 'accepting');
create table import_fault (
    import blob not null,
    line integer not null,
    n integer not null,
    sealed blob not null,
    primary key (import, line, n)
) strict, without rowid;

create table person (
    id blob primary key,
    staff_no text not null unique,
    name text not null,
    active integer not null check (active in (0, 1)),
    program integer not null default 0 check (program in (0, 1))
) strict, without rowid;
create table person_grant (
    person blob not null,
    role text not null,
    region text not null,
    primary key (person, role, region)
) strict, without rowid;
-- Who signs in under which name: body is when and with which password (Argon2id), factors are passkeys, one-time codes
-- (their secret sealed under the office's key) and hashes of recovery codes.
create table account (
    person blob primary key,
    login text not null unique,
    body text not null,
    factors text not null
) strict, without rowid;
-- Guesses at a password or a code, by a keyed hash of what they are at; whether there is such a login makes no difference.
create table guess (
    key blob primary key,
    at integer not null,
    body text not null
) strict, without rowid;
-- Used to forget guesses.
create index guess_at on guess (at);
-- One-time links, by the hash of their token.
create table one_time_link (
    digest blob primary key,
    person blob not null,
    expires_at integer not null,
    body text not null
) strict, without rowid;
-- Sessions of people and tokens of programs, by the hash of their token. seen_at moves at most once a minute.
create table session (
    digest blob primary key,
    id blob not null unique,
    person blob not null,
    expires_at integer not null,
    seen_at integer not null,
    body text not null
) strict, without rowid;
-- Used to list and end a person's sessions.
create index session_person on session (person);
-- Used to forget sessions that are over.
create index session_expires on session (expires_at);
-- What was asked of an authenticator, until it answers: one at a time for each session and purpose.
create table ceremony (
    session blob not null,
    purpose text not null,
    expires_at integer not null,
    body text not null,
    primary key (session, purpose)
) strict, without rowid;
-- What a passkey signed under a decree, with all that is needed to check it without this database.
create table assertion (
    decree blob primary key,
    body text not null
) strict, without rowid;

-- Published definitions never change.
create table definition (
    scheme text not null,
    version integer not null,
    digest blob not null,
    text text not null,
    primary key (scheme, version)
) strict, without rowid;

-- Changes of the office that somebody has proposed; body is the whole of it, with the name of who is registered and the
-- text of a definition, which events do not hold.
create table proposal (
    id blob primary key,
    kind text not null,
    state text not null,
    at integer not null,
    body text not null
) strict, without rowid;
-- Used by the list of what waits for a second person, newest first.
create index proposal_state on proposal (state, id);
-- Seats, acting officers, delegations, absences and freezes: all that were not ended.
create table paper (
    kind text not null,
    key text not null,
    body text not null,
    primary key (kind, key)
) strict, without rowid;
-- How many events the audit chain has of a person, a paper or a budget line.
create table subject (
    id blob primary key,
    seq integer not null
) strict, without rowid;
