-- Who looked at whose request, once for each hour in which they did: what was shown stays masked, but an office must be
-- able to say who has seen a person's data.
create table viewing (
    request uuid not null,
    person uuid not null,
    hour timestamptz not null,
    primary key (request, person, hour)
);
-- Used by what one person has looked at.
create index viewing_person on viewing (person, hour, request);
