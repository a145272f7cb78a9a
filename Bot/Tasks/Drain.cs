using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Bot.Tasks;

/// <summary>
/// The end of work on a stop: nothing new is begun from then on, what runs may end within a few seconds, and what
/// does not is given back for another process.
/// </summary>
public sealed class Drain : IDisposable
{
    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenRegistration _stopping;

    public Drain(IHostApplicationLifetime lifetime, TaskSettings settings, TimeProvider time)
    {
        _over = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _stopping = lifetime.ApplicationStopping.Register(() => _over.CancelAfter(TimeSpan.FromSeconds(settings.DrainSeconds)));
    }

    /// <summary>Cancelled when running work has to be given back.</summary>
    public CancellationToken Over => _over.Token;

    public void Dispose()
    {
        _stopping.Dispose();
        _over.Dispose();
    }
}
