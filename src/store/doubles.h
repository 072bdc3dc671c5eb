/*
 * doubles.h - which deliveries do not count because another copy speaks for the same person
 *
 * The earlier delivery beside a later copy, or the copy itself where it was not tried. Copies
 * follow all first deliveries in order of id, so few rows are looked at. ?1 is the release.
 */
#ifndef STORE_DOUBLES_H
#define STORE_DOUBLES_H

#define DOUBLES_WITH                                                                    \
        "WITH later AS MATERIALIZED"                                                    \
        " (SELECT id, contact_id, address, copy, replaces,"                             \
        "         state IN ('suppressed', 'cancelled') AS untried"                      \
        "    FROM delivery WHERE release_id = ?1"                                       \
        "     AND id > (SELECT id FROM delivery WHERE release_id = ?1 AND copy = 0"     \
        "                ORDER BY id DESC LIMIT 1)),"                                   \
        " pair AS"                                                                      \
        " (SELECT p.id AS old, l.id AS new, l.untried FROM later l JOIN delivery p"     \
        "     ON p.release_id = ?1 AND p.contact_id = l.contact_id AND p.copy < l.copy" \
        "  UNION"                                                                       \
        "  SELECT p.id, l.id, l.untried FROM later l JOIN delivery p"                   \
        "     ON p.address = l.address AND p.address <> '' AND p.release_id = ?1"       \
        "    AND p.copy < l.copy"                                                       \
        "  UNION"                                                                       \
        "  SELECT replaces, id, untried FROM later WHERE replaces IS NOT NULL),"        \
        " doubles AS (SELECT DISTINCT CASE WHEN untried THEN new ELSE old END AS id FROM pair) "

/* Deliveries of those whom somebody reached by telephone. */
#define PHONED                                                                         \
        "SELECT d.id FROM call c JOIN delivery d ON d.release_id = ?1"                 \
        "   AND d.contact_id = c.contact_id"                                           \
        " WHERE c.release_id = ?1 AND c.outcome = 'reached' AND c.undone_at IS NULL"   \
        " UNION SELECT c.delivery_id FROM call c"                                      \
        " WHERE c.release_id = ?1 AND c.outcome = 'reached' AND c.undone_at IS NULL"   \
        " UNION SELECT d.id FROM call c JOIN delivery d ON d.replaces = c.delivery_id" \
        " WHERE c.release_id = ?1 AND c.outcome = 'reached' AND c.undone_at IS NULL"

#endif
