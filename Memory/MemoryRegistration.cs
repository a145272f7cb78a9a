using Microsoft.Extensions.DependencyInjection;

namespace BillingCopilot.Memory;

public static class MemoryRegistration
{
    /// <summary>Adds <see cref="IKnowledgeBase"/>. Throws at once when an option is out of range.</summary>
    public static IServiceCollection AddMemory(this IServiceCollection services, MemoryOptions options)
    {
        options.Validate();
        services.AddLogging();
        services.AddSingleton(options);
        services.AddSingleton<IKnowledgeBase, SqliteKnowledgeBase>();
        return services;
    }
}
