using BillingCopilot.Storage.Postgres;
using BillingCopilot.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BillingCopilot.Storage;

/// <summary>Registration of the database and of the two clocks.</summary>
public static class StorageServices
{
    /// <summary>
    /// Adds <see cref="CopilotDbFactory"/>, <see cref="BusinessClock"/>, <see cref="IdSource"/> and, when none is
    /// registered, the system's <see cref="TimeProvider"/>. Throws on settings that can't work.
    /// </summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options)
    {
        options.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<BusinessClock>();
        services.TryAddSingleton<IdSource>();
        services.TryAddSingleton(OpenFactory(options));
        return services;
    }

    private static CopilotDbFactory OpenFactory(StorageOptions options) => options.Provider == "postgres"
        ? new PostgresCopilotDbFactory(options)
        : new SqliteCopilotDbFactory(options);
}
