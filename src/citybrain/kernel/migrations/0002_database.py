"""What Django's models cannot say: the append-only trigger, the UNLOGGED counters, extensions."""

from django.db import migrations

AUDIT = """
CREATE FUNCTION kernel_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND NEW.number IS NOT NULL
     AND (to_jsonb(NEW) - ARRAY['number','seal','seal_key_id']) = (to_jsonb(OLD) - ARRAY['number','seal','seal_key_id'])
  THEN RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER kernel_audit_rows BEFORE UPDATE OR DELETE ON kernel_auditentry
  FOR EACH ROW EXECUTE FUNCTION kernel_audit_append_only();
CREATE TRIGGER kernel_audit_table BEFORE TRUNCATE ON kernel_auditentry
  FOR EACH STATEMENT EXECUTE FUNCTION kernel_audit_append_only();
"""
RATE = """
CREATE UNLOGGED TABLE kernel_rate (key text PRIMARY KEY, tat timestamptz NOT NULL) WITH (fillfactor = 70);
CREATE INDEX kernel_rate_tat ON kernel_rate (tat);
"""
EXTENSIONS = "".join(
    f"CREATE EXTENSION IF NOT EXISTS {name};"
    for name in ("pg_trgm", "btree_gist", "btree_gin", "ltree", "unaccent", "hstore", "citext")
)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [
        migrations.RunSQL(EXTENSIONS, migrations.RunSQL.noop),
        migrations.RunSQL(
            AUDIT,
            "DROP TRIGGER kernel_audit_table ON kernel_auditentry; DROP TRIGGER kernel_audit_rows ON kernel_auditentry;"
            "DROP FUNCTION kernel_audit_append_only();",
        ),
        migrations.RunSQL(RATE, "DROP TABLE kernel_rate;"),
    ]
