-- What every member could be asked for, with what it would pay more and its points: the rules of
-- crm/insight/potential_reasons.py and crm/insight/membership_signals.py by hand, in one statement.
WITH RECURSIVE
held AS MATERIALIZED (
    SELECT term.id AS term_id, term.organization_id, term.category, term.coverage, term.study_group, term.since_on,
        coalesce(organization.group_id, organization.id) AS group_id
    FROM term JOIN organization ON organization.id = term.organization_id
    WHERE term.since_on <= %(day)s AND (term.until_on IS NULL OR term.until_on >= %(day)s)
        AND organization.merged_into_id IS NULL
),
in_group AS MATERIALIZED (
    SELECT group_id, category, coverage, count(*) AS held FROM held GROUP BY group_id, category, coverage
),
main AS MATERIALIZED (
    SELECT DISTINCT ON (organization_id) * FROM held WHERE category IN ('sector_member', 'associate')
    ORDER BY organization_id, category = 'associate', since_on, term_id
),
part AS MATERIALIZED (
    SELECT participation.organization_id, participation.study_group, participation.kind
    FROM main JOIN participation USING (organization_id)
    WHERE participation."on" BETWEEN %(day)s - 730 AND %(day)s
),
own (selected, code) AS (
    SELECT code, code FROM study_group
    UNION
    SELECT own.selected, study_group.succeeded_by FROM own JOIN study_group USING (code)
    WHERE study_group.succeeded_by IS NOT NULL
),
of_term AS MATERIALIZED (
    SELECT held.term_id,
        bool_or(own.code IS NULL AND starts_with(part.study_group, held.coverage || '-')) AS second_study_group,
        bool_or(own.code IS NOT NULL AND part.kind = 'rapporteur')
            OR count(*) FILTER (WHERE own.code IS NOT NULL AND part.kind <> 'asked') >= 3 AS activity
    FROM held JOIN part USING (organization_id)
    LEFT JOIN own ON own.selected = held.study_group AND own.code = part.study_group
    WHERE held.category = 'associate'
    GROUP BY held.term_id
),
of_sector AS MATERIALIZED (
    SELECT organization_id, sector.code AS sector, bool_or(left(study_group, 1) = sector.code) AS study_group,
        count(*) FILTER (WHERE left(study_group, 1) <> sector.code AND part.kind <> 'asked') >= 3 AS participation
    FROM part CROSS JOIN sector
    GROUP BY organization_id, sector.code
),
touched AS MATERIALIZED (
    SELECT organization_id, bool_or(inbound) OR count(*) >= 3 AS engagement
    FROM main JOIN interaction USING (organization_id)
    WHERE interaction.kind <> 'note' AND interaction.at >= %(end)s - INTERVAL '365 days' AND interaction.at < %(end)s
    GROUP BY organization_id
),
concern AS MATERIALIZED (
    SELECT sector_concern.segment, sector_concern.sector
    FROM sector_concern
    JOIN study_group_subject USING (study_group)
    JOIN study_group ON study_group.code = sector_concern.study_group
    WHERE sector_concern.retired_on IS NULL AND study_group_subject.retired_on IS NULL AND study_group.retired_on IS NULL
        AND (study_group.valid_from IS NULL OR study_group.valid_from <= %(day)s)
        AND (study_group.valid_to IS NULL OR study_group.valid_to > %(day)s)
),
ask AS (
    SELECT opportunity.organization_id, opportunity.kind, opportunity.sector,
        bool_or(outcome = 'open' OR closed_on > %(day)s) AS asked,
        coalesce(bool_or(outcome = 'lost' AND closed_on <= %(day)s AND closed_on > %(day)s - 365), false) AS refused
    FROM main JOIN opportunity USING (organization_id)
    WHERE opportunity.kind IN ('upgrade', 'further_sector') AND (opened_at AT TIME ZONE 'UTC')::date <= %(day)s
    GROUP BY opportunity.organization_id, opportunity.kind, opportunity.sector
),
price AS MATERIALIZED (
    SELECT category, sector.code AS sector, development, size, coalesce(fee.amount, lowest.units * unit.amount) AS amount
    FROM sector
    CROSS JOIN (VALUES ('sector_member'), ('associate')) c (category)
    CROSS JOIN (VALUES ('developed'), ('developing')) d (development)
    CROSS JOIN (VALUES ('sme'), ('large'), (NULL)) s (size)
    JOIN contributory_unit unit ON unit.payer = 'sector_member'
        AND unit.valid_from <= %(day)s AND (unit.valid_to IS NULL OR unit.valid_to > %(day)s)
    LEFT JOIN LATERAL (
        SELECT amount FROM fee
        WHERE fee.category = c.category AND fee.coverage = sector.code
            AND (fee.development IS NULL OR fee.development = d.development) AND (fee.size IS NULL OR fee.size = s.size)
            AND fee.valid_from <= %(day)s AND (fee.valid_to IS NULL OR fee.valid_to > %(day)s)
        ORDER BY fee.size IS NULL, fee.development IS NULL LIMIT 1
    ) fee ON category = 'associate'
    LEFT JOIN LATERAL (
        SELECT units FROM class_minimum
        WHERE class_minimum.coverage = sector.code AND NOT reduced
            AND (class_minimum.development IS NULL OR class_minimum.development = d.development)
        ORDER BY class_minimum.development IS NULL LIMIT 1
    ) lowest ON category = 'sector_member'
),
account AS MATERIALIZED (
    SELECT main.organization_id, main.group_id, main.category, everywhere.sectors, organization.size, organization.employees, organization.segment,
        CASE WHEN organization.country IS NULL OR own.country IS NOT NULL OR seat.country IS NOT NULL THEN 'developed'
            ELSE 'developing' END AS development,
        stated.standing, stated.punctuality, coalesce(touched.engagement, false) AS engagement
    FROM main
    JOIN (SELECT organization_id, string_agg(coverage, '') AS sectors FROM held GROUP BY organization_id) everywhere
        USING (organization_id)
    JOIN organization ON organization.id = main.organization_id
    LEFT JOIN organization head ON head.id = organization.group_id
    LEFT JOIN developed_country own ON own.country = organization.country
    LEFT JOIN developed_country seat ON seat.country = head.country
    LEFT JOIN standing_span stated ON stated.organization_id = main.organization_id
        AND stated.since_on <= %(day)s AND (stated.until_on IS NULL OR stated.until_on >= %(day)s)
    LEFT JOIN touched ON touched.organization_id = main.organization_id
),
could AS MATERIALIZED (
    SELECT account.*, 'upgrade' AS kind, held.coverage AS sector, fuller.amount - less.amount AS yearly, ARRAY[
        CASE WHEN of_term.second_study_group THEN 'second_study_group' END,
        CASE WHEN of_term.activity THEN 'activity' END,
        CASE WHEN in_group.held >= 2 THEN 'associates_in_group' END,
        CASE WHEN account.size = 'sme' AND account.employees >= 250 THEN 'outgrown' END,
        CASE WHEN account.size = 'large' THEN 'size' END] AS speaks
    FROM held JOIN account USING (organization_id)
    JOIN price fuller ON fuller.category = 'sector_member' AND fuller.sector = held.coverage
        AND fuller.development = account.development AND fuller.size IS NOT DISTINCT FROM account.size
    JOIN price less ON less.category = 'associate' AND less.sector = held.coverage
        AND less.development = account.development AND less.size IS NOT DISTINCT FROM account.size
    LEFT JOIN of_term USING (term_id)
    LEFT JOIN in_group ON in_group.group_id = held.group_id AND in_group.category = 'associate' AND in_group.coverage = held.coverage
    WHERE held.category = 'associate'
    UNION ALL
    SELECT account.*, 'further_sector', sector.code, price.amount, ARRAY[
        CASE WHEN of_sector.study_group THEN 'study_group' END,
        CASE WHEN of_sector.participation THEN 'participation' END,
        CASE WHEN in_group.held >= 2 THEN 'corporate_group' END,
        CASE WHEN concern.sector IS NOT NULL THEN 'concern' END]
    FROM account CROSS JOIN sector
    JOIN price ON price.category = account.category AND price.sector = sector.code
        AND price.development = account.development AND price.size IS NOT DISTINCT FROM account.size
    LEFT JOIN of_sector ON of_sector.organization_id = account.organization_id AND of_sector.sector = sector.code
    LEFT JOIN in_group ON in_group.group_id = account.group_id AND in_group.category = 'sector_member'
        AND in_group.coverage = sector.code
    LEFT JOIN concern ON concern.segment = account.segment AND concern.sector = sector.code
    WHERE strpos(account.sectors, sector.code) = 0
)
SELECT organization_id, kind, sector, yearly, points, holds
FROM could
LEFT JOIN ask USING (organization_id, kind, sector)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(points), 0)::int AS points, coalesce(bool_or(holds), false) AS holds FROM potential_weight
    WHERE potential_weight.kind = could.kind AND potential_weight.retired_on IS NULL AND reason = ANY (speaks || ARRAY[
        CASE WHEN engagement THEN 'engagement' END,
        CASE punctuality WHEN 'on_time' THEN 'punctuality' WHEN 'late' THEN 'late' WHEN 'unpaid' THEN 'late' END,
        CASE WHEN standing IS NULL THEN 'standing_unknown' WHEN standing <> 'good' THEN standing END,
        CASE WHEN asked THEN 'asked' END,
        CASE WHEN refused THEN 'refused' END])
) weighed
ORDER BY holds, points DESC, yearly DESC, organization_id, kind, sector
