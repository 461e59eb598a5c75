-- Whom `associate_upgrade` would enrol, and who is left out and why: the rules of campaigns/guards.py and
-- campaigns/catalog/associate_upgrade.py by hand. Within a corporate group and for a person the best rank wins.
WITH RECURSIVE
running AS MATERIALIZED (
    SELECT term.id AS term_id, term.organization_id, term.coverage, term.study_group, term.since_on, organization.name,
        organization.size, coalesce(organization.group_id, organization.id) AS group_id
    FROM term JOIN organization ON organization.id = term.organization_id
    WHERE term.category = 'associate' AND term.since_on <= %(day)s AND (term.until_on IS NULL OR term.until_on >= %(day)s)
),
own (selected, code) AS (
    SELECT code, code FROM study_group
    UNION
    SELECT own.selected, study_group.succeeded_by FROM own JOIN study_group USING (code)
    WHERE study_group.succeeded_by IS NOT NULL
),
part AS MATERIALIZED (
    SELECT running.term_id, participation.id, participation."on", participation.study_group, participation.kind,
        own.code IS NOT NULL AS in_own
    FROM running
    JOIN participation ON participation.organization_id = running.organization_id
        AND participation."on" BETWEEN %(day)s - 730 AND %(day)s
    LEFT JOIN own ON own.selected = running.study_group AND own.code = participation.study_group
),
second AS (
    SELECT DISTINCT ON (term_id) term_id, part.study_group
    FROM part JOIN running USING (term_id)
    WHERE NOT in_own AND starts_with(part.study_group, running.coverage || '-')
    ORDER BY term_id, part."on" DESC, part.id DESC
),
active AS (
    SELECT term_id FROM part WHERE in_own AND kind <> 'asked'
    GROUP BY term_id HAVING bool_or(kind = 'rapporteur') OR count(*) >= 3
),
stated AS (
    SELECT organization_id, standing, punctuality FROM standing_span
    WHERE since_on <= %(day)s AND (until_on IS NULL OR until_on >= %(day)s)
),
signalled AS (
    SELECT DISTINCT ON (running.organization_id) running.*, stated.standing, second.study_group AS second_group, signal,
        coalesce(array_position('{second_study_group,size,activity,punctuality}', signal), 5) AS rank
    FROM running
    LEFT JOIN stated USING (organization_id)
    LEFT JOIN second USING (term_id)
    LEFT JOIN active USING (term_id)
    CROSS JOIN LATERAL (SELECT CASE WHEN second.term_id IS NOT NULL THEN 'second_study_group'
        WHEN running.size = 'large' THEN 'size' WHEN active.term_id IS NOT NULL THEN 'activity'
        WHEN stated.punctuality = 'on_time' THEN 'punctuality' END AS signal) s
    ORDER BY running.organization_id, rank, running.since_on, running.term_id
),
contact AS (
    SELECT DISTINCT ON (organization_id) * FROM (
        SELECT position.organization_id, person.id, person.name, person.email, person.email_key, person.language,
            bool_or(position.focal_point) AS focal, min(position.since_on) AS since_on
        FROM position JOIN person ON person.id = position.person_id
        WHERE position.organization_id IN (SELECT organization_id FROM running)
            AND (position.since_on IS NULL OR position.since_on <= %(day)s)
            AND (position.until_on IS NULL OR position.until_on >= %(day)s)
            AND person.merged_into_id IS NULL AND person.email IS NOT NULL
        GROUP BY position.organization_id, person.id
    ) held
    ORDER BY organization_id, focal DESC, since_on NULLS LAST, id
),
engaged AS (
    SELECT enrolment.group_id FROM enrolment JOIN run ON run.id = enrolment.run_id
    WHERE enrolment.state = 'enrolled' AND run.status IN ('approved', 'running', 'paused')
),
lettered AS (
    SELECT organization_id, max(coalesce(handed_at, queued_at)) AS at FROM outbox
    WHERE coalesce(handed_at, queued_at) >= %(quiet_since)s AND status NOT IN ('stopped', 'failed')
    GROUP BY organization_id
),
own_group AS (
    SELECT organization.id, organization.group_id FROM organization
    WHERE organization.group_id IN (SELECT group_id FROM running)
    UNION ALL
    SELECT organization.id, organization.id FROM organization
    WHERE organization.group_id IS NULL AND organization.id IN (SELECT group_id FROM running)
),
own_domain AS MATERIALIZED (
    SELECT own_group.group_id, domain FROM own_group JOIN organization_domain ON organization_domain.organization_id = own_group.id
),
address AS MATERIALIZED (
    SELECT DISTINCT running.organization_id, running.group_id, contact.id AS person_id, split_part(lower(email), '@', 2) AS host
    FROM running JOIN contact USING (organization_id)
),
-- Each host with the domains above it, so that a domain is looked up and not compared with every other.
at_home AS (
    SELECT organization_id FROM address
    CROSS JOIN LATERAL string_to_array(host, '.') label
    CROSS JOIN LATERAL generate_series(1, cardinality(label)) place
    JOIN own_domain ON own_domain.group_id = address.group_id AND own_domain.domain = array_to_string(label[place:], '.')
),
foreign_address AS MATERIALIZED (
    SELECT organization_id FROM address
    WHERE person_id NOT IN (SELECT person_id FROM contact_basis WHERE basis = 'consent' AND purpose = 'campaigns'
            AND "on" <= %(day)s AND (withdrawn_on IS NULL OR withdrawn_on > %(day)s))
        AND (host IN (SELECT domain FROM mailbox_provider)
            OR group_id IN (SELECT group_id FROM own_domain) AND organization_id NOT IN (SELECT organization_id FROM at_home))
),
judged AS MATERIALIZED (
    SELECT signalled.*, contact.id AS person_id, contact.name AS contact, contact.email, coalesce(contact.language, 'en') AS language,
        CASE
            WHEN standing IS NULL THEN 'standing_unknown'
            WHEN standing <> 'good' THEN standing
            WHEN signal IS NULL THEN 'no_signal'
            WHEN greatest(touched.at, lettered.at) > %(quiet_since)s THEN 'quiet_period'
            WHEN group_id IN (SELECT group_id FROM engaged) THEN 'other_campaign'
            WHEN contact.id IS NULL THEN 'no_contact'
            WHEN suppression.id IS NOT NULL THEN 'suppressed'
            -- A member needs no consent anywhere, by the rules on file.
            WHEN organization_id IN (SELECT organization_id FROM foreign_address) THEN 'address_not_of_account'
            WHEN coalesce(contact.language, 'en') NOT IN ('ar', 'en', 'es', 'fr', 'ru', 'zh') THEN 'no_letter_in_language'
        END AS reason
    FROM signalled
    LEFT JOIN contact USING (organization_id)
    LEFT JOIN lettered USING (organization_id)
    LEFT JOIN LATERAL (
        SELECT at FROM interaction
        WHERE interaction.organization_id = signalled.organization_id AND kind <> 'note' ORDER BY at DESC LIMIT 1
    ) touched ON true
    -- HMAC-SHA256 of the address by the book's key; the two pads are made of the key.
    LEFT JOIN suppression ON suppression.address_hash = encode(sha256(%(outer)s
        || sha256(%(inner)s || convert_to(contact.email_key, 'UTF8'))), 'hex') AND suppression.scope = 'campaigns'
),
-- The clearance of those that nothing else stands against: what other offices are about, here and in the corporate group.
-- That the group is in a campaign, or that nobody may be written to, has been found above.
asked AS (
    SELECT judged.organization_id AS asked_id, organization.id, organization.kind
    FROM judged JOIN organization ON organization.id = judged.group_id OR organization.group_id = judged.group_id
    WHERE reason IS NULL AND organization.merged_into_id IS NULL
),
held AS (
    SELECT asked_id FROM asked WHERE id = asked_id AND kind = 'administration'
    UNION
    SELECT asked_id FROM asked JOIN complaint ON complaint.organization_id = asked.id
    WHERE asked.id = asked_id AND resolved_at IS NULL
    UNION
    SELECT asked_id FROM asked JOIN position ON position.organization_id = asked.id
    JOIN complaint ON complaint.person_id = position.person_id
    WHERE asked.id = asked_id AND complaint.organization_id IS NULL AND complaint.resolved_at IS NULL
        AND (position.since_on IS NULL OR position.since_on <= %(day)s)
        AND (position.until_on IS NULL OR position.until_on >= %(day)s)
    UNION
    SELECT asked_id FROM asked JOIN reservation ON reservation.organization_id = asked.id
    WHERE asked.id = asked_id AND since_on <= %(day)s AND until_on >= %(day)s AND released_at IS NULL
        AND office IS DISTINCT FROM %(office)s
    UNION
    SELECT asked_id FROM asked JOIN opportunity ON opportunity.organization_id = asked.id
    WHERE closed_at IS NULL AND office IS DISTINCT FROM %(office)s
    UNION
    SELECT asked_id FROM asked JOIN letter_draft ON letter_draft.organization_id = asked.id
    JOIN staff ON staff.id = letter_draft.author_id
    WHERE outbox_id IS NULL AND discarded_at IS NULL AND staff.office IS DISTINCT FROM %(office)s
    UNION
    SELECT asked_id FROM asked JOIN follow_up ON follow_up.organization_id = asked.id
    JOIN interaction ON interaction.id = follow_up.interaction_id
    LEFT JOIN staff ON staff.id = follow_up.owner_id
    WHERE done_at IS NULL AND interaction.kind <> 'note' AND (interaction.at AT TIME ZONE 'UTC')::date >= %(day)s - 179
        AND coalesce(staff.office, interaction.office) IS DISTINCT FROM %(office)s
    UNION
    SELECT asked_id FROM asked JOIN interaction ON interaction.organization_id = asked.id
    WHERE interaction.kind <> 'note' AND interaction.at >= (%(day)s - 29)::timestamp AT TIME ZONE 'UTC'
        AND interaction.office IS DISTINCT FROM %(office)s
),
cleared AS (
    SELECT judged.*, coalesce(reason, CASE WHEN organization_id IN (SELECT asked_id FROM held) THEN 'clearance_hold' END)
        AS objection
    FROM judged
),
grouped AS (
    SELECT *, CASE WHEN objection IS NOT NULL THEN objection WHEN row_number() OVER (PARTITION BY group_id, objection IS NULL
        ORDER BY rank, since_on, organization_id) > 1 THEN 'group_enrolled' END AS reason_in_group
    FROM cleared
),
decided AS (
    SELECT *, CASE WHEN reason_in_group IS NOT NULL THEN reason_in_group WHEN row_number() OVER (
        PARTITION BY person_id, reason_in_group IS NULL ORDER BY rank, since_on, organization_id) > 1 THEN 'person_enrolled'
        END AS why_left_out
    FROM grouped
)
SELECT organization_id, name, signal, CASE WHEN signal = 'second_study_group' THEN second_group END AS second_group,
    why_left_out,
    CASE WHEN why_left_out IS NULL THEN person_id END AS person_id,
    CASE WHEN why_left_out IS NULL THEN contact END AS contact,
    CASE WHEN why_left_out IS NULL THEN email END AS email,
    CASE WHEN why_left_out IS NULL THEN language END AS language
FROM decided
ORDER BY why_left_out IS NOT NULL, rank, since_on, organization_id, term_id
