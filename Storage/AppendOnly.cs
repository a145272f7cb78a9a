using Microsoft.EntityFrameworkCore.Migrations;

namespace BillingCopilot.Storage;

/// <summary>Triggers that make the database itself refuse to change or drop rows of the audit log and of approvals.</summary>
internal static class AppendOnly
{
    private static readonly string[] Tables = ["audit", "approvals"];

    /// <param name="only">A table that was made anew and lost its triggers; null for all.</param>
    public static void CreateInSqlite(MigrationBuilder migration, string? only = null)
    {
        foreach (var (table, verb) in Tables.Where(t => only is null || t == only).SelectMany(t => new[] { (t, "UPDATE"), (t, "DELETE") }))
        {
            migration.Sql($"CREATE TRIGGER {table}_refuses_{verb.ToLowerInvariant()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;");
        }
    }

    public static void CreateInPostgres(MigrationBuilder migration)
    {
        migration.Sql("CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;");
        foreach (var table in Tables)
        {
            migration.Sql($"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();");
        }
    }

    public static void DropFromPostgres(MigrationBuilder migration)
    {
        foreach (var table in Tables)
        {
            migration.Sql($"DROP TRIGGER {table}_refuses_change ON {table};");
        }

        migration.Sql("DROP FUNCTION refuse_change();");
    }
}
