namespace BillingCopilot.Storage;

/// <summary>
/// What "today" is for the business: approval expiry, caps, dunning, schedules, the age of an idempotency key.
/// With the sandbox it follows the sandbox's clock (set from the <c>Date</c> of its responses), otherwise the
/// process clock. Timers, backoff and signatures use <see cref="TimeProvider"/> instead.
/// </summary>
public sealed class BusinessClock(TimeProvider process)
{
    private long _offsetTicks;

    /// <summary>Now, in UTC, as the business sees it.</summary>
    public DateTimeOffset UtcNow => process.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _offsetTicks));

    /// <summary>Sets the distance to the process clock from an instant that the far side just reported.</summary>
    public void Observe(DateTimeOffset farNow) =>
        Interlocked.Exchange(ref _offsetTicks, (farNow - process.GetUtcNow()).Ticks);
}
