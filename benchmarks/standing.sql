-- So many members in ITU-T, invoiced for 2025 and 2026: most pay in time, some late, in part, or not at all.
-- Everything follows from the row numbers by a hash: the same size always gives the same book.

CREATE FUNCTION pg_temp.size() RETURNS bigint STABLE LANGUAGE sql
    RETURN current_setting('bench.size')::bigint;

CREATE FUNCTION pg_temp.chance(i bigint, salt int) RETURNS float8 IMMUTABLE LANGUAGE sql
    RETURN (hashint8extended(i, salt) & 4503599627370495)::float8 / 4503599627370496;

CREATE FUNCTION pg_temp.id(block int, i bigint) RETURNS bigint STABLE LANGUAGE sql
    RETURN 1000 + block * pg_temp.size() + i;

INSERT INTO organization (id, name, kind, country, source, synthetic, created_at)
SELECT pg_temp.id(0, i), 'Member ' || i, 'company', 'CHE', 'benchmark', true, TIMESTAMPTZ '2020-01-01 00:00Z'
FROM generate_series(1, pg_temp.size()) i;

INSERT INTO membership_event (id, organization_id, kind, coverage, category, effective_on, reason, agreed_by, source,
    recorded_at, recorded_by, synthetic)
SELECT pg_temp.id(1, i), pg_temp.id(0, i), 'join', 'T', 'sector_member', '2020-01-01', '', '', 'benchmark',
    TIMESTAMPTZ '2020-01-01 00:00Z', 'bench@accord.example', true
FROM generate_series(1, pg_temp.size()) i;

INSERT INTO term (id, organization_id, coverage, category, opened_by, since_on, synthetic)
SELECT id, organization_id, coverage, category, kind, effective_on, synthetic FROM membership_event;

INSERT INTO invoice (id, organization_id, number, kind, year, serial, amount, currency, issued_on, due_on, recorded_at,
    recorded_by, synthetic)
SELECT pg_temp.id(year - 2023, i), pg_temp.id(0, i), year || '-' || lpad(i::text, 6, '0'), 'yearly', year, i, 31800, 'CHF',
    make_date(year - 1, 9, 15), make_date(year, 3, 31), make_date(year - 1, 9, 15)::timestamptz, 'bench@accord.example', true
FROM generate_series(2025, 2026) year, generate_series(1, pg_temp.size()) i;

INSERT INTO invoice_line (id, invoice_id, event_id, coverage, category, since_on, until_on, months, amount, rule, basis)
SELECT pg_temp.id(2, 0) + id, id, pg_temp.id(1, organization_id - pg_temp.id(0, 0)), 'T', 'sector_member',
    make_date(year, 1, 1), make_date(year, 12, 31), 12, amount, 'benchmark', ''
FROM invoice;

-- Of a hundred invoices 82 are paid in time, 9 late, 3 in part and 6 not at all.
INSERT INTO payment (id, organization_id, received_on, amount, currency, rate, amount_chf, source, reference, entry, reason,
    recorded_at, recorded_by, synthetic)
SELECT 10 * pg_temp.size() + id, organization_id, received_on, part, 'CHF', 1, part, 'benchmark', number, 1, '',
    received_on::timestamptz, 'bench@accord.example', true
FROM invoice,
    LATERAL (SELECT pg_temp.chance(id, 1) AS u) d,
    LATERAL (SELECT CASE WHEN u BETWEEN 0.91 AND 0.94 THEN 15900 ELSE amount END AS part,
        CASE WHEN u < 0.82 THEN due_on - floor(100 * pg_temp.chance(id, 2))::int
            ELSE due_on + 1 + floor(230 * pg_temp.chance(id, 2))::int END AS received_on) p
WHERE u < 0.94;
