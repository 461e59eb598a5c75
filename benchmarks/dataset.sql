-- A made-up book of `bench.size` organisations and five times as many interactions, as of 24 November 2026.
-- Everything follows from the row numbers by a hash: the same size always gives the same book.

CREATE FUNCTION pg_temp.size() RETURNS bigint STABLE LANGUAGE sql
    RETURN current_setting('bench.size')::bigint;

-- A number between 0 and 1 for a row; the salt keeps what is drawn for different purposes independent.
CREATE FUNCTION pg_temp.chance(i bigint, salt int) RETURNS float8 IMMUTABLE LANGUAGE sql
    RETURN (hashint8extended(i, salt) & 4503599627370495)::float8 / 4503599627370496;

CREATE FUNCTION pg_temp.pick(items text[], u float8) RETURNS text IMMUTABLE LANGUAGE sql
    RETURN items[1 + floor(u * cardinality(items))::int];

-- Ids: one block for each kind of record, so that rows of different tables can name each other.
CREATE FUNCTION pg_temp.id(block int, i bigint) RETURNS bigint STABLE LANGUAGE sql
    RETURN 1000 + block * 5 * pg_temp.size() + i;

CREATE FUNCTION pg_temp.day(u float8, first date, last date) RETURNS date IMMUTABLE LANGUAGE sql
    RETURN first + floor(u * (last - first + 1))::int;

-- Staff: 200, spread over the offices, and one more who keeps as many accounts as one person can.
INSERT INTO staff (id, name, email, title, office, time_zone, active)
SELECT i, 'Staff ' || i, 'staff' || i || '@accord.example', 'Account manager',
    (SELECT array_agg(code ORDER BY position) FROM office)[1 + i % (SELECT count(*) FROM office)::int],
    'Europe/Zurich', true
FROM generate_series(1, 201) i;

-- Organisations: few countries hold most, 2 % are of no country; a tenth belongs to the head of its hundred.
WITH spread AS MATERIALIZED (
    SELECT (SELECT array_agg(code ORDER BY md5(code)) FROM country WHERE member_state IS NOT NULL) AS countries,
        (SELECT array_agg(slug ORDER BY position) FROM segment) AS segments,
        '{ka,lo,mi,ter,ven,sol,ar,bri,den,fal,gor,hel,in,jo,kru,lan,mer,nor,ost,pra,qui,ros,sta,tul,ur,vel,wex,yor,zan,del}'
            ::text[] AS syllables,
        '{Satellites,Networks,Telecom,Systems,Cloud,Software,Mobile,Broadcasting,Semiconductors,Spectrum,Data,Fibre,Devices,Research,Energy,Payments,Mapping,Robotics,Media,Consulting}'
            ::text[] AS trades,
        '{Ltd,Inc,SA,GmbH,Group,AG,PLC,BV,Oy,Holdings}'::text[] AS forms
)
INSERT INTO organization (id, name, kind, country, segment, size, employees, parent_id, group_id, lei, website, owner_id,
    source, synthetic, created_at)
SELECT pg_temp.id(0, i),
    initcap(pg_temp.pick(syllables, pg_temp.chance(i, 1)) || pg_temp.pick(syllables, pg_temp.chance(i, 2))
        || pg_temp.pick(syllables, pg_temp.chance(i, 3)))
        || ' ' || pg_temp.pick(trades, pg_temp.chance(i, 4)) || ' ' || pg_temp.pick(forms, pg_temp.chance(i, 5)),
    CASE WHEN pg_temp.chance(i, 6) < 0.93 THEN 'company' ELSE 'research' END,
    CASE WHEN pg_temp.chance(i, 7) < 0.98 THEN pg_temp.pick(countries, pg_temp.chance(i, 8) ^ 3) END,
    CASE WHEN pg_temp.chance(i, 9) < 0.9 THEN pg_temp.pick(segments, pg_temp.chance(i, 10) ^ 2) END,
    CASE WHEN pg_temp.chance(i, 11) < 0.55 THEN 'sme' WHEN pg_temp.chance(i, 11) < 0.7 THEN 'large' END,
    NULL, head, head,
    CASE WHEN pg_temp.chance(i, 12) < 0.3 THEN lpad(i::text, 18, '0') || lpad((98 - i::numeric * 100 % 97)::text, 2, '0') END,
    NULL,
    CASE WHEN i % 2500 = 0 THEN 201 WHEN pg_temp.chance(i, 13) < 0.6 THEN 1 + floor(200 * pg_temp.chance(i, 14))::bigint END,
    'benchmark', pg_temp.chance(i, 15) < 0.001, TIMESTAMPTZ '2024-01-01 00:00Z' + i * INTERVAL '1 second'
FROM spread, generate_series(1, pg_temp.size()) i,
    LATERAL (SELECT CASE WHEN i % 100 > 0 AND i > 100 AND pg_temp.chance(i, 16) < 0.1
        THEN pg_temp.id(0, i - i % 100) END AS head) h;

-- Nobody looks for duplicates here, so these names have no keys under which they would be found.
INSERT INTO organization_name (id, organization_id, name, normal, bare, keys, kind)
SELECT pg_temp.id(1, o.id), o.id, o.name, lower(o.name), lower(o.name), '{}', 'legal' FROM organization o ORDER BY o.id;

INSERT INTO organization_name (id, organization_id, name, normal, bare, keys, kind)
SELECT pg_temp.id(2, o.id), o.id, split_part(o.name, ' ', 1), lower(split_part(o.name, ' ', 1)),
    lower(split_part(o.name, ' ', 1)), '{}', 'alias'
FROM organization o WHERE pg_temp.chance(o.id, 20) < 0.1 ORDER BY o.id;

INSERT INTO organization_domain (organization_id, domain)
SELECT o.id, lower(split_part(o.name, ' ', 1)) || o.id || '.example'
FROM organization o WHERE pg_temp.chance(o.id, 21) < 0.7 ORDER BY o.id;

-- A fifth are prospects, a tenth of those no longer; some of them hold a membership and do not count.
INSERT INTO role (id, organization_id, kind, since_on, until_on, source)
SELECT pg_temp.id(3, o.id), o.id, 'prospect', pg_temp.day(pg_temp.chance(o.id, 23), '2022-01-01', '2025-12-31'),
    CASE WHEN pg_temp.chance(o.id, 24) < 0.1 THEN DATE '2026-06-30' END, 'benchmark'
FROM organization o WHERE pg_temp.chance(o.id, 22) < 0.2 ORDER BY o.id;

-- 2.4 % are or were Associates, so that 2 % are; 1.3 % members otherwise. Some left, some Associates became Sector Members.
CREATE TEMP TABLE membership AS
SELECT o.id AS organization_id, category, coverage, joined_on, changed_on,
    CASE WHEN u >= 0.92 AND category = 'associate' THEN 'upgrade' WHEN u >= 0.85 THEN 'denunciation' END AS change,
    CASE WHEN category = 'associate' THEN pg_temp.pick(
        (SELECT array_agg(code ORDER BY number) FROM study_group WHERE sector = coverage AND valid_to IS NULL),
        pg_temp.chance(o.id, 34)) END AS study_group
FROM organization o,
    LATERAL (SELECT CASE WHEN pg_temp.chance(o.id, 30) < 0.024 THEN 'associate'
        WHEN pg_temp.chance(o.id, 30) < 0.034 THEN 'sector_member' ELSE 'academia' END AS category) c,
    LATERAL (SELECT CASE WHEN category = 'academia' THEN 'RTD' WHEN pg_temp.chance(o.id, 31) < 0.6 THEN 'T'
        WHEN pg_temp.chance(o.id, 31) < 0.8 THEN 'R' ELSE 'D' END AS coverage) s,
    LATERAL (SELECT pg_temp.chance(o.id, 32) AS u,
        pg_temp.day(pg_temp.chance(o.id, 33), '2001-01-01', '2025-12-31') AS joined_on,
        pg_temp.day(pg_temp.chance(o.id, 35), '2026-01-02', '2026-11-01') AS changed_on) d
WHERE pg_temp.chance(o.id, 30) < 0.037
ORDER BY o.id;

INSERT INTO membership_event (id, organization_id, kind, coverage, category, study_group, effective_on, reason, agreed_by,
    source, recorded_at, recorded_by, synthetic)
SELECT pg_temp.id(4, organization_id), organization_id, 'join', coverage, category, study_group, joined_on, '', '', 'benchmark',
    joined_on::timestamptz, 'bench@accord.example', false
FROM membership
UNION ALL
SELECT pg_temp.id(5, organization_id), organization_id, change, coverage,
    CASE WHEN change = 'upgrade' THEN 'sector_member' ELSE category END, NULL, changed_on, '', '', 'benchmark',
    changed_on::timestamptz, 'bench@accord.example', false
FROM membership WHERE change IS NOT NULL
UNION ALL  -- a twentieth of the Associates stand in a second Sector too
SELECT pg_temp.id(6, organization_id), organization_id, 'join', translate(coverage, 'RTD', 'TDR'), 'associate',
    pg_temp.pick((SELECT array_agg(code ORDER BY number) FROM study_group
        WHERE sector = translate(coverage, 'RTD', 'TDR') AND valid_to IS NULL), pg_temp.chance(organization_id, 37)),
    joined_on + 90, '', '', 'benchmark', joined_on::timestamptz, 'bench@accord.example', false
FROM membership WHERE category = 'associate' AND pg_temp.chance(organization_id, 36) < 0.05;

INSERT INTO term (id, organization_id, coverage, category, study_group, opened_by, since_on, until_on, ended_by, synthetic)
SELECT e.id, e.organization_id, e.coverage, e.category, e.study_group, e.kind, e.effective_on,
    CASE WHEN e.kind = 'join' THEN later.effective_on - 1 END, CASE WHEN e.kind = 'join' THEN later.kind END, false
FROM membership_event e
LEFT JOIN membership_event later ON later.organization_id = e.organization_id AND later.coverage = e.coverage
    AND later.kind <> 'join'
WHERE e.kind IN ('join', 'upgrade');

-- Standing: one to three yearly statements of finance; of one member in fifty nobody has said anything.
INSERT INTO standing (id, organization_id, standing, punctuality, as_of, source, recorded_at, synthetic)
SELECT pg_temp.id(7, m.organization_id * 3 + y - 3000), m.organization_id,
    CASE WHEN u < 0.80 THEN 'good' WHEN u < 0.90 THEN 'arrears' WHEN u < 0.92 THEN 'suspended' WHEN u < 0.95 THEN 'cancelling'
        WHEN u < 0.99 THEN 'exempt' ELSE 'application_pending' END,
    CASE WHEN v < 0.4 THEN 'on_time' WHEN v < 0.6 THEN 'late' END,
    DATE '2026-06-30' - y * 365, 'finance', TIMESTAMPTZ '2026-07-01 00:00Z' - y * INTERVAL '365 days', false
FROM membership m, generate_series(0, floor(3 * pg_temp.chance(m.organization_id, 41))::int) y,
    LATERAL (SELECT pg_temp.chance(m.organization_id * 3 + y, 42) AS u, pg_temp.chance(m.organization_id * 3 + y, 43) AS v) d
WHERE pg_temp.chance(m.organization_id, 40) < 0.98;

INSERT INTO standing_span (organization_id, since_on, until_on, standing, punctuality, as_of, source, why, synthetic)
SELECT organization_id, as_of, lead(as_of) OVER following - 1, standing, punctuality, as_of, source, '', synthetic
FROM standing WINDOW following AS (PARTITION BY organization_id ORDER BY as_of);

-- Participation: up to eight parts in four years, most of them in the Associate's own study group.
INSERT INTO participation (id, organization_id, study_group, kind, "on", source, synthetic)
SELECT pg_temp.id(8, m.organization_id * 8 + k - 8000) AS id, m.organization_id,
    CASE WHEN pg_temp.chance(n, 51) < 0.8 THEN m.study_group ELSE pg_temp.pick(codes, pg_temp.chance(n, 52)) END,
    (ARRAY['asked', 'attended', 'attended', 'attended', 'contributed', 'contributed', 'rapporteur'])
        [1 + floor(7 * pg_temp.chance(n, 53) ^ 1.5)::int],
    pg_temp.day(pg_temp.chance(n, 54), '2022-11-24', '2026-11-23'), 'benchmark', false
FROM (SELECT array_agg(code ORDER BY code) AS codes FROM study_group) g, membership m,
    generate_series(1, floor(9 * pg_temp.chance(m.organization_id, 50) ^ 2)::int) k, LATERAL (SELECT m.organization_id * 8 + k AS n) d
WHERE m.category = 'associate'
ON CONFLICT DO NOTHING;

-- People: one to three at each member, one at three in ten of the others.
CREATE TEMP TABLE contact AS
SELECT pg_temp.id(10, (o.id - 1000) * 3 + k) AS id, o.id AS organization_id, k, given || ' ' || family AS name,
    CASE WHEN pg_temp.chance(n, 62) < 0.95
        THEN given || '.' || family || n || '@' || coalesce(d.domain, 'mail.example') END AS email
FROM organization o
LEFT JOIN membership m ON m.organization_id = o.id
LEFT JOIN organization_domain d ON d.organization_id = o.id
CROSS JOIN LATERAL generate_series(0, CASE WHEN m.category IS NOT NULL THEN floor(3 * pg_temp.chance(o.id, 63))::int
    WHEN pg_temp.chance(o.id, 64) < 0.3 THEN 0 ELSE -1 END) k
CROSS JOIN LATERAL (SELECT o.id * 3 + k AS n) r
CROSS JOIN LATERAL (SELECT
    pg_temp.pick('{Amina,Boris,Chen,Dana,Elif,Farid,Grace,Hana,Ivan,Jomo,Karin,Leila,Marco,Nadia,Omar,Paula,Quentin,Rosa,Samir,Tomas}', pg_temp.chance(n, 60)) AS given,
    pg_temp.pick('{Odhiambo,Petrov,Wei,Keller,Yilmaz,Haddad,Mensah,Sato,Horvat,Kamau,Berg,Rahimi,Rossi,Benali,Aziz,Silva,Martin,Garcia,Khan,Novak}', pg_temp.chance(n, 61)) AS family) w
ORDER BY o.id, k;

INSERT INTO person (id, name, normal_name, email, email_key, language, synthetic, created_at)
SELECT id, name, lower(name), email, lower(email),
    (ARRAY['en', 'en', 'en', 'en', 'fr', 'fr', 'es', 'ar', 'zh', 'ru', NULL])[1 + floor(11 * pg_temp.chance(id, 65))::int],
    false, TIMESTAMPTZ '2024-01-01 00:00Z'
FROM contact;

INSERT INTO position (id, person_id, organization_id, role, focal_point, since_on, until_on)
SELECT pg_temp.id(13, id - pg_temp.id(10, 0)), id, organization_id, 'Regulatory affairs', k = 0 AND pg_temp.chance(id, 70) < 0.7,
    pg_temp.day(pg_temp.chance(id, 71), '2012-01-01', CASE WHEN pg_temp.chance(id, 72) < 0.05 THEN DATE '2025-12-31' ELSE DATE '2026-11-24' END),
    CASE WHEN pg_temp.chance(id, 72) < 0.05 THEN DATE '2026-03-31' END
FROM contact
UNION ALL  -- one in a hundred speaks for a second member
SELECT pg_temp.id(16, id - pg_temp.id(10, 0)), id, members[1 + floor(cardinality(members) * pg_temp.chance(id, 73))::int],
    'Adviser', true, DATE '2020-01-01', NULL
FROM contact, (SELECT array_agg(organization_id) AS members FROM membership) m
WHERE k = 0 AND pg_temp.chance(id, 74) < 0.01;

-- Interactions over five years, in the order of time; members have many, one account has a thousandth of all.
INSERT INTO interaction (id, kind, organization_id, at, summary, office, inbound, logged_by, logged_at)
SELECT pg_temp.id(20, i),
    (ARRAY['email', 'email', 'email', 'email', 'call', 'call', 'meeting', 'event', 'note', 'note'])
        [1 + floor(10 * pg_temp.chance(i, 80))::int],
    CASE WHEN pg_temp.chance(i, 81) < 0.3 THEN members[1 + floor(cardinality(members) * pg_temp.chance(i, 82))::int]
        WHEN pg_temp.chance(i, 81) < 0.301 THEN pg_temp.id(0, 1)
        ELSE pg_temp.id(0, 1 + floor(pg_temp.size() * pg_temp.chance(i, 82) ^ 2)::bigint) END,
    at, 'Talked about ' || pg_temp.pick('{spectrum,numbering,the study group,fees,a workshop,membership,a pilot project,the fee table}',
        pg_temp.chance(i, 83)) || ' and agreed on what to send before the next meeting (' || i || ').',
    offices[1 + ours % cardinality(offices)], pg_temp.chance(i, 84) < 0.3, 'staff' || 1 + ours || '@accord.example', at
FROM (SELECT array_agg(organization_id) AS members FROM membership) m,
    (SELECT array_agg(code ORDER BY position) AS offices FROM office) f,
    generate_series(1, 5 * pg_temp.size()) i,
    LATERAL (SELECT floor(200 * pg_temp.chance(i, 85))::int AS ours,
        TIMESTAMPTZ '2026-11-24 09:00Z' - (5 * pg_temp.size() - i) * (INTERVAL '1826 days' / (5 * pg_temp.size())) AS at) d;

INSERT INTO interaction_staff (interaction_id, staff_id)
SELECT i.id, substring(i.logged_by FROM '[0-9]+')::bigint FROM interaction i;

INSERT INTO interaction_person (interaction_id, person_id)
SELECT i.id, c.id FROM interaction i
JOIN contact c ON c.organization_id = i.organization_id AND c.k = 0
WHERE pg_temp.chance(i.id, 86) < 0.5;

-- Follow-ups of one interaction in twenty-five; a quarter is still open.
INSERT INTO follow_up (id, organization_id, interaction_id, what, owner_id, due_on, done_at, outcome)
SELECT pg_temp.id(21, i.id - pg_temp.id(20, 0)), i.organization_id, i.id, 'Send the fee table',
    CASE WHEN (i.organization_id - pg_temp.id(0, 0)) % 2500 = 0 THEN 201 ELSE substring(i.logged_by FROM '[0-9]+')::bigint END,
    CASE WHEN pg_temp.chance(i.id, 91) < 0.9 THEN i.at::date + 14 END,
    CASE WHEN pg_temp.chance(i.id, 92) < 0.75 THEN i.at + INTERVAL '10 days' END, ''
FROM interaction i WHERE pg_temp.chance(i.id, 90) < 0.04;

INSERT INTO trail_entry (id, at, actor, verb, subject)
SELECT pg_temp.id(22, i.id - pg_temp.id(20, 0)), i.logged_at, i.logged_by, 'interaction.logged', 'interaction:' || i.id
FROM interaction i WHERE pg_temp.chance(i.id, 90) < 0.04;

INSERT INTO trail_change (id, entry_id, record, before, after)
SELECT pg_temp.id(23, f.id - pg_temp.id(21, 0)), pg_temp.id(22, f.id - pg_temp.id(21, 0)), 'follow_up:' || f.id, '{}',
    jsonb_build_object('what', f.what, 'organization_id', f.organization_id)
FROM follow_up f;

-- One account in fifty is asked for a membership, by the office of whoever keeps it.
INSERT INTO opportunity (id, organization_id, kind, title, stage, outcome, amount, currency, frequency, probability, basis,
    expected_on, owner_id, office, source, opened_at, stage_since, synthetic)
SELECT pg_temp.id(27, o.id - 1000), o.id, s.kind, 'Membership', s.stage, 'open', 5000 * ceil(10 * pg_temp.chance(o.id, 101)),
    'CHF', 'yearly', s.probability, 'stage', pg_temp.day(pg_temp.chance(o.id, 102), '2026-10-01', '2027-12-31'), o.owner_id,
    staff.office, '', opened_at, opened_at, false
FROM (SELECT array_agg(stage ORDER BY position) AS stages FROM opportunity_stage WHERE kind = 'first_membership' AND outcome = 'open') f
CROSS JOIN organization o
CROSS JOIN LATERAL (SELECT TIMESTAMPTZ '2026-11-20 00:00Z' - pg_temp.chance(o.id, 103) * INTERVAL '700 days' AS opened_at) d
JOIN opportunity_stage s ON s.kind = 'first_membership' AND s.stage = pg_temp.pick(stages, pg_temp.chance(o.id, 104))
LEFT JOIN staff ON staff.id = o.owner_id
WHERE pg_temp.chance(o.id, 100) < 0.02;

INSERT INTO opportunity_move (id, opportunity_id, kind, to_stage, at, "on", by, amount, currency, probability, expected_on)
SELECT pg_temp.id(28, id - pg_temp.id(27, 0)), id, 'opened', stage, opened_at, opened_at::date, 'bench@accord.example', amount, currency,
    probability, expected_on
FROM opportunity;

-- Another campaign is under way with one member in forty; its letters went out last week.
INSERT INTO wording (sha256, name, language, content) VALUES (repeat('0', 64), 'benchmark', 'en', '{}');

INSERT INTO run (id, campaign, title, status, content, content_hash, audience_hash, author, prepared_at, launched_at, note, synthetic)
SELECT pg_temp.id(24, 0), 'benchmark', 'Another campaign', 'running', '{}', '', '', 'bench@accord.example',
    TIMESTAMPTZ '2026-11-01 00:00Z', TIMESTAMPTZ '2026-11-02 00:00Z', '', false;

INSERT INTO enrolment (id, run_id, organization_id, group_id, person_id, language, arm, state, facts, step, due_at, rotation)
SELECT pg_temp.id(24, c.organization_id), pg_temp.id(24, 0), c.organization_id, coalesce(o.group_id, o.id), c.id, 'en', 'treatment',
    CASE WHEN pg_temp.chance(c.id, 96) < 0.7 THEN 'enrolled' ELSE 'finished' END, '{}', 'first_wait',
    TIMESTAMPTZ '2026-12-01 00:00Z', 0
FROM membership m JOIN contact c ON c.organization_id = m.organization_id AND c.k = 0
JOIN organization o ON o.id = c.organization_id
WHERE pg_temp.chance(c.id, 95) < 0.025;

INSERT INTO outbox (id, key, message_class, run_id, enrolment_id, step, organization_id, person_id, to_name, to_address, from_name,
    from_address, language, template, facts, message_id, "references", dated_at, status, due_at, fence, tries, attempts, verdict,
    handed_at, settled_at, may_duplicate, queued_at)
SELECT pg_temp.id(25, e.organization_id), 'benchmark/' || e.id, 'marketing', e.run_id, e.id, 'letter', e.organization_id, e.person_id,
    p.name, coalesce(p.email, 'nobody@mail.example'), 'Membership team', 'membership@accord.example', 'en', repeat('0', 64), '{}',
    e.id || '@accord.example', '{}', went, 'accepted', went, 1, 1, 1, '', went, went, false, went
FROM enrolment e JOIN person p ON p.id = e.person_id,
    LATERAL (SELECT TIMESTAMPTZ '2026-11-02 08:00Z' + pg_temp.chance(e.id, 97) * INTERVAL '21 days' AS went) d;

SELECT setval('accord_id', greatest(nextval('accord_id'), pg_temp.id(30, 0)));
