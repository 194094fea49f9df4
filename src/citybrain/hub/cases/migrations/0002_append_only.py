"""History that cannot be rewritten: transitions and documents refuse UPDATE and DELETE; frozen machines keep their definition."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION cases_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER cases_transition_append_only BEFORE UPDATE OR DELETE ON cases_transition
    FOR EACH ROW EXECUTE FUNCTION cases_append_only();
CREATE TRIGGER cases_document_append_only BEFORE UPDATE OR DELETE ON cases_document
    FOR EACH ROW EXECUTE FUNCTION cases_append_only();
CREATE FUNCTION cases_machine_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.used_at IS NOT NULL AND (NEW.definition IS DISTINCT FROM OLD.definition OR NEW.key <> OLD.key
            OR NEW.version <> OLD.version) THEN
        RAISE EXCEPTION 'machine % v% is in use', OLD.key, OLD.version USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_machine_frozen BEFORE UPDATE ON cases_machineversion
    FOR EACH ROW EXECUTE FUNCTION cases_machine_frozen();
"""
BACKWARD = """
DROP TRIGGER cases_machine_frozen ON cases_machineversion;
DROP FUNCTION cases_machine_frozen();
DROP TRIGGER cases_document_append_only ON cases_document;
DROP TRIGGER cases_transition_append_only ON cases_transition;
DROP FUNCTION cases_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
