namespace BillingCopilot.Sandbox;

/// <summary>How a sandbox is started.</summary>
public sealed record SandboxOptions
{
    /// <summary>Name of the generated business.</summary>
    public string World { get; init; } = "lumen";

    /// <summary>Seed of the world; the same seed gives the same ids and names.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Size of the world: <c>small</c> by default, <c>medium</c> (1,000 customers) or <c>large</c> (20,000).</summary>
    public string Size { get; init; } = "small";

    /// <summary>Loopback port; 0 (default) takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>Directory of the journal; null (default) keeps everything in memory.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>
    /// Folder of the files that worlds are kept in; null (default): medium and large ones in <c>worlds</c> in the data
    /// directory, or in this user's folder for local data, a small one in memory.
    /// </summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Keys beside <see cref="SandboxKeys.Defaults"/>.</summary>
    public IReadOnlyList<SandboxKey> ExtraKeys { get; init; } = [];

    /// <summary>
    /// Waits between tries of a webhook delivery, in world time; as many retries as entries. By default a few quick
    /// ones and then Stripe's: ever further apart for three days.
    /// </summary>
    public IReadOnlyList<TimeSpan> WebhookRetryDelays { get; init; } =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10),
        TimeSpan.FromHours(12), TimeSpan.FromHours(12), TimeSpan.FromHours(12), TimeSpan.FromHours(12),
    ];

    /// <summary>Time a receiver has to answer a delivery. Default 10 seconds.</summary>
    public TimeSpan WebhookTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
