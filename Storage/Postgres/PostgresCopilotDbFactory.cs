using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace BillingCopilot.Storage.Postgres;

/// <summary>Opens the PostgreSQL database.</summary>
public sealed class PostgresCopilotDbFactory : CopilotDbFactory, IDesignTimeDbContextFactory<PostgresCopilotDb>
{
    private readonly DbContextOptions<PostgresCopilotDb> _options;

    /// <summary>For the migrations tool, which reads the model and connects to nothing.</summary>
    public PostgresCopilotDbFactory()
        : this(new StorageOptions { Provider = "postgres", ConnectionString = "Host=127.0.0.1;Database=copilot" })
    {
    }

    public PostgresCopilotDbFactory(StorageOptions options) =>
        _options = WithFailpoints(new DbContextOptionsBuilder<PostgresCopilotDb>().UseNpgsql(options.ConnectionString));

    public override CopilotDb Open(TenantContext tenant) => new PostgresCopilotDb(_options, tenant);

    public override async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var db = Open(new TenantContext("", "", false));
        await db.Database.MigrateAsync(cancellationToken);
    }

    PostgresCopilotDb IDesignTimeDbContextFactory<PostgresCopilotDb>.CreateDbContext(string[] args) => new(_options, new TenantContext("", "", false));
}
