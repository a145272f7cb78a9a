using Microsoft.EntityFrameworkCore.Migrations;

namespace BillingCopilot.Storage.Sqlite;

/// <summary>
/// Gives the audit table its node. SQLite changes no key in place, so the rows are copied into a table of the new
/// shape; the triggers that go with the old one are made again.
/// </summary>
internal static class AuditByNode
{
    private const string Columns = "tenant_id, seq, at, kind, actor, subject, details, previous_hash, hash";

    public static void Up(MigrationBuilder migration)
    {
        Rebuild(migration, "tenant_id, node, seq", $"SELECT 'main', {Columns} FROM audit", $"node, {Columns}", "node TEXT NOT NULL, ");
        migration.Sql("CREATE INDEX IX_audit_tenant_id_subject ON audit (tenant_id, subject);");
    }

    /// <summary>Keeps the chain of the node <c>main</c>; there is no room for others.</summary>
    public static void Down(MigrationBuilder migration) =>
        Rebuild(migration, "tenant_id, seq", $"SELECT {Columns} FROM audit WHERE node = 'main'", Columns, "");

    private static void Rebuild(MigrationBuilder migration, string key, string select, string into, string node)
    {
        migration.Sql($"""
            CREATE TABLE audit_new (
                tenant_id TEXT NOT NULL, {node}seq INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL,
                details TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL, CONSTRAINT PK_audit PRIMARY KEY ({key}));
            INSERT INTO audit_new ({into}) {select};
            DROP TABLE audit;
            ALTER TABLE audit_new RENAME TO audit;
            """);
        AppendOnly.CreateInSqlite(migration, "audit");
    }
}
