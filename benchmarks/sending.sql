-- `bench.size` Associates of ITU-T in good standing, each with one contact: whom `associate_upgrade` writes to.
-- Everything follows from the row numbers: the same size always gives the same book.

CREATE FUNCTION pg_temp.id(block int, i bigint) RETURNS bigint STABLE LANGUAGE sql
    RETURN 1000 + block * current_setting('bench.size')::bigint + i;

CREATE FUNCTION pg_temp.pick(items text[], i bigint) RETURNS text IMMUTABLE LANGUAGE sql
    RETURN items[1 + i % cardinality(items)];

INSERT INTO staff (id, name, email, title, office, time_zone, active)
SELECT i, 'Staff ' || i, 'staff' || i || '@accord.example', 'Account manager', 'TSB', 'Europe/Zurich', true
FROM generate_series(1, 50) i;

INSERT INTO organization (id, name, kind, country, size, group_id, owner_id, source, synthetic, created_at)
SELECT pg_temp.id(0, i), pg_temp.pick('{Kamiter,Venso,Labri,Dénfal,Örgel,Hélin,Jokru,İlan,Østmer,Quiros}', i) || ' '
        || pg_temp.pick('{Satellites,Networks,Telecom,Systems,Cloud,Software,Mobile}', i) || ' ' || i || ' '
        || pg_temp.pick('{Ltd,SA,GmbH}', i),
    'company', countries[1 + i % cardinality(countries)], 'large', pg_temp.id(0, i), 1 + i % 50, 'benchmark', true,
    TIMESTAMPTZ '2024-01-01 00:00Z'
FROM generate_series(1, current_setting('bench.size')::bigint) i,
    (SELECT array_agg(code ORDER BY code) AS countries FROM country WHERE member_state IS NOT NULL) c;

INSERT INTO organization_name (id, organization_id, name, normal, bare, keys, kind)
SELECT pg_temp.id(1, id - 1000), id, name, lower(name), lower(name), '{}', 'legal' FROM organization;

INSERT INTO membership_event (id, organization_id, kind, coverage, category, study_group, effective_on, reason, agreed_by,
    source, recorded_at, recorded_by, synthetic)
SELECT pg_temp.id(2, id - 1000), id, 'join', 'T', 'associate', groups[1 + id % cardinality(groups)], DATE '2020-01-01', '', '',
    'benchmark', TIMESTAMPTZ '2020-01-01 00:00Z', 'staff1@accord.example', true
FROM organization,
    (SELECT array_agg(code ORDER BY number) AS groups FROM study_group WHERE sector = 'T' AND valid_to IS NULL) g;

INSERT INTO term (id, organization_id, coverage, category, study_group, opened_by, since_on, synthetic)
SELECT id, organization_id, coverage, category, study_group, kind, effective_on, true FROM membership_event;

INSERT INTO standing (id, organization_id, standing, as_of, source, recorded_at, synthetic)
SELECT pg_temp.id(3, id - 1000), id, 'good', DATE '2026-06-30', 'finance', TIMESTAMPTZ '2026-07-01 00:00Z', true
FROM organization;

INSERT INTO standing_span (organization_id, since_on, standing, as_of, source, why, synthetic)
SELECT organization_id, as_of, standing, as_of, source, '', synthetic FROM standing;

INSERT INTO person (id, name, normal_name, email, email_key, language, synthetic, created_at)
SELECT pg_temp.id(4, i), name, lower(name), address, address, pg_temp.pick('{en,en,fr,en,ar}', i), true,
    TIMESTAMPTZ '2024-01-01 00:00Z'
FROM generate_series(1, current_setting('bench.size')::bigint) i,
    LATERAL (SELECT pg_temp.pick('{Amina Odhiambo,Jean-Noël Müller,李伟,فاطمة الزهراء,Zoë Petrović,Dana Novak,Marco Rossi}', i) AS name,
        'contact' || i || '@account' || i || '.example' AS address) c;

INSERT INTO position (id, person_id, organization_id, role, focal_point, since_on)
SELECT pg_temp.id(5, id - pg_temp.id(4, 0)), id, pg_temp.id(0, id - pg_temp.id(4, 0)), 'Regulatory affairs', true,
    DATE '2020-01-01'
FROM person;

SELECT setval('accord_id', greatest(nextval('accord_id'), pg_temp.id(10, 0)));
