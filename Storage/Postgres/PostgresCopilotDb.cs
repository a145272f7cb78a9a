using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Npgsql;

namespace BillingCopilot.Storage.Postgres;

/// <summary>The database in PostgreSQL, shared by several nodes. Instants are timestamptz.</summary>
public sealed class PostgresCopilotDb(DbContextOptions<PostgresCopilotDb> options, TenantContext tenant) : CopilotDb(options, tenant)
{
    public override async Task LockAsync(string name, CancellationToken cancellationToken)
    {
        if (Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException($"The lock '{name}' needs a transaction.");
        }

        await Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({KeyOf(name)})", cancellationToken);
    }

    public override async Task<DateTimeOffset> UtcNowAsync(CancellationToken cancellationToken) =>
        await Database.SqlQuery<DateTimeOffset>($"SELECT clock_timestamp() AS \"Value\"").SingleAsync(cancellationToken);

    public override bool IsDuplicate(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcInstants>();

    private long KeyOf(string name) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{Tenant.Id}\n{name}")));

    /// <summary>Npgsql takes only UTC for timestamptz.</summary>
    private sealed class UtcInstants() : ValueConverter<DateTimeOffset, DateTimeOffset>(
        instant => instant.ToUniversalTime(), instant => instant);
}
