-- Who looked at whose request, once for each hour in which they did: what was shown stays masked, but an office must be
-- able to say who has seen a person's data.
create table viewing (
    request blob not null,
    person blob not null,
    hour integer not null,
    primary key (request, person, hour)
) strict, without rowid;
-- Used by what one person has looked at.
create index viewing_person on viewing (person, hour, request);
