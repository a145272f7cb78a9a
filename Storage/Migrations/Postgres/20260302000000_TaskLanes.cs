using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BillingCopilot.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class TaskLanes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_tasks_tenant_id_status_available_at",
                table: "tasks");

            migrationBuilder.AddColumn<string>(
                name: "cause",
                table: "tasks",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "cause_at",
                table: "tasks",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "lane",
                table: "tasks",
                type: "text",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_tasks_tenant_id_cause",
                table: "tasks",
                columns: new[] { "tenant_id", "cause" });

            migrationBuilder.CreateIndex(
                name: "IX_tasks_tenant_id_conversation_id",
                table: "tasks",
                columns: new[] { "tenant_id", "conversation_id" });

            migrationBuilder.CreateIndex(
                name: "IX_tasks_tenant_id_lane",
                table: "tasks",
                columns: new[] { "tenant_id", "lane" },
                unique: true,
                filter: "status = 'running' AND lane IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_tasks_tenant_id_status_created_at",
                table: "tasks",
                columns: new[] { "tenant_id", "status", "created_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_tasks_tenant_id_cause",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "IX_tasks_tenant_id_conversation_id",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "IX_tasks_tenant_id_lane",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "IX_tasks_tenant_id_status_created_at",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "cause",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "cause_at",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "lane",
                table: "tasks");

            migrationBuilder.CreateIndex(
                name: "IX_tasks_tenant_id_status_available_at",
                table: "tasks",
                columns: new[] { "tenant_id", "status", "available_at" });
        }
    }
}
