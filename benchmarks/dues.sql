-- Members: organisations of a tenth of `bench.size`, one membership each; nobody has been charged anything yet.
-- Everything follows from the row numbers: the same size always gives the same memberships.

CREATE FUNCTION pg_temp.members() RETURNS bigint STABLE LANGUAGE sql
    RETURN greatest(current_setting('bench.size')::bigint / 10, 10);

INSERT INTO organization (id, name, kind, country, size, source, synthetic, created_at)
SELECT 1000 + i, 'Member ' || i, 'company', codes[1 + i % cardinality(codes)],
    CASE i % 3 WHEN 0 THEN 'sme' WHEN 1 THEN 'large' END, 'benchmark', false, TIMESTAMPTZ '2024-01-01 00:00Z'
FROM generate_series(1, pg_temp.members()) i,
    (SELECT array_agg(code ORDER BY md5(code)) AS codes FROM country WHERE member_state IS NOT NULL) c;

-- One in ten joins within 2026; half of the Sector Members have said which class they choose.
INSERT INTO membership_event (id, organization_id, kind, coverage, category, study_group, units, effective_on, reason,
    agreed_by, source, recorded_at, recorded_by, synthetic)
SELECT 1000 + pg_temp.members() + i, 1000 + i, 'join', coverage, category,
    CASE WHEN category = 'associate' THEN CASE coverage WHEN 'T' THEN 'T-SG13' WHEN 'R' THEN 'R-SG4' ELSE 'D-SG1' END END,
    CASE WHEN category = 'sector_member' AND i % 2 = 0 THEN CASE i % 16 WHEN 0 THEN 1 ELSE 0.5 END END,
    CASE WHEN i % 10 = 9 THEN DATE '2026-01-01' + (i % 320)::int ELSE DATE '2015-01-01' + (i % 3650)::int END,
    '', '', 'benchmark', TIMESTAMPTZ '2024-01-01 00:00Z', 'bench@accord.example', false
FROM generate_series(1, pg_temp.members()) i,
    LATERAL (SELECT CASE WHEN i % 20 < 12 THEN 'sector_member' WHEN i % 20 < 17 THEN 'associate' ELSE 'academia' END) c (category),
    LATERAL (SELECT CASE WHEN category = 'academia' THEN 'RTD' ELSE (ARRAY['T', 'R', 'D'])[1 + i % 3] END) s (coverage);

INSERT INTO term (id, organization_id, coverage, category, study_group, units, opened_by, since_on, synthetic)
SELECT id, organization_id, coverage, category, study_group, units, kind, effective_on, false FROM membership_event;

SELECT setval('accord_id', greatest(nextval('accord_id'), 1000 + 2 * pg_temp.members()));
