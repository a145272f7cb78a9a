using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BillingCopilot.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Controls : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropPrimaryKey(
                name: "PK_audit",
                table: "audit");

            migrationBuilder.AddColumn<string>(
                name: "cause",
                table: "proposals",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "earlier_id",
                table: "proposals",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "evidence",
                table: "proposals",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "fingerprint",
                table: "proposals",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "not_before",
                table: "proposals",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "replaces_id",
                table: "proposals",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "undoes_id",
                table: "proposals",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "node",
                table: "audit",
                type: "text",
                nullable: false,
                defaultValue: "main");

            migrationBuilder.AddColumn<string>(
                name: "source",
                table: "approvals",
                type: "text",
                nullable: true);

            migrationBuilder.AddPrimaryKey(
                name: "PK_audit",
                table: "audit",
                columns: new[] { "tenant_id", "node", "seq" });

            migrationBuilder.CreateTable(
                name: "audit_contents",
                columns: table => new
                {
                    tenant_id = table.Column<string>(type: "text", nullable: false),
                    id = table.Column<string>(type: "text", nullable: false),
                    subjects = table.Column<string>(type: "text", nullable: false),
                    cipher = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit_contents", x => new { x.tenant_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "batches",
                columns: table => new
                {
                    tenant_id = table.Column<string>(type: "text", nullable: false),
                    id = table.Column<string>(type: "text", nullable: false),
                    cause = table.Column<string>(type: "text", nullable: false),
                    operation = table.Column<string>(type: "text", nullable: false),
                    items = table.Column<string>(type: "text", nullable: false),
                    hash = table.Column<string>(type: "text", nullable: false),
                    created_by = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    signed_by = table.Column<string>(type: "text", nullable: true),
                    channel = table.Column<string>(type: "text", nullable: true),
                    signed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_batches", x => new { x.tenant_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "breakers",
                columns: table => new
                {
                    tenant_id = table.Column<string>(type: "text", nullable: false),
                    operation = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    cause = table.Column<string>(type: "text", nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    trial_id = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_breakers", x => new { x.tenant_id, x.operation });
                });

            migrationBuilder.CreateTable(
                name: "kill_switches",
                columns: table => new
                {
                    tenant_id = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    stopped = table.Column<bool>(type: "boolean", nullable: false),
                    person = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_kill_switches", x => new { x.tenant_id, x.name });
                });

            migrationBuilder.CreateTable(
                name: "standing_approvals",
                columns: table => new
                {
                    tenant_id = table.Column<string>(type: "text", nullable: false),
                    id = table.Column<string>(type: "text", nullable: false),
                    operation = table.Column<string>(type: "text", nullable: false),
                    playbook = table.Column<string>(type: "text", nullable: true),
                    segment = table.Column<string>(type: "text", nullable: true),
                    per_use = table.Column<long>(type: "bigint", nullable: true),
                    per_day = table.Column<long>(type: "bigint", nullable: true),
                    currency = table.Column<string>(type: "text", nullable: true),
                    uses_per_day = table.Column<int>(type: "integer", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    hash = table.Column<string>(type: "text", nullable: false),
                    person = table.Column<string>(type: "text", nullable: false),
                    role = table.Column<string>(type: "text", nullable: false),
                    channel = table.Column<string>(type: "text", nullable: false),
                    signed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    revoked_by = table.Column<string>(type: "text", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_standing_approvals", x => new { x.tenant_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "subject_keys",
                columns: table => new
                {
                    tenant_id = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    wrapped_key = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_subject_keys", x => new { x.tenant_id, x.subject });
                });

            migrationBuilder.CreateIndex(
                name: "IX_proposals_tenant_id_fingerprint",
                table: "proposals",
                columns: new[] { "tenant_id", "fingerprint" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_tenant_id_subject",
                table: "audit",
                columns: new[] { "tenant_id", "subject" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "audit_contents");

            migrationBuilder.DropTable(
                name: "batches");

            migrationBuilder.DropTable(
                name: "breakers");

            migrationBuilder.DropTable(
                name: "kill_switches");

            migrationBuilder.DropTable(
                name: "standing_approvals");

            migrationBuilder.DropTable(
                name: "subject_keys");

            migrationBuilder.DropIndex(
                name: "IX_proposals_tenant_id_fingerprint",
                table: "proposals");

            migrationBuilder.DropPrimaryKey(
                name: "PK_audit",
                table: "audit");

            migrationBuilder.DropIndex(
                name: "IX_audit_tenant_id_subject",
                table: "audit");

            migrationBuilder.DropColumn(
                name: "cause",
                table: "proposals");

            migrationBuilder.DropColumn(
                name: "earlier_id",
                table: "proposals");

            migrationBuilder.DropColumn(
                name: "evidence",
                table: "proposals");

            migrationBuilder.DropColumn(
                name: "fingerprint",
                table: "proposals");

            migrationBuilder.DropColumn(
                name: "not_before",
                table: "proposals");

            migrationBuilder.DropColumn(
                name: "replaces_id",
                table: "proposals");

            migrationBuilder.DropColumn(
                name: "undoes_id",
                table: "proposals");

            migrationBuilder.DropColumn(
                name: "node",
                table: "audit");

            migrationBuilder.DropColumn(
                name: "source",
                table: "approvals");

            migrationBuilder.AddPrimaryKey(
                name: "PK_audit",
                table: "audit",
                columns: new[] { "tenant_id", "seq" });
        }
    }
}
