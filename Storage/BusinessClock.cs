namespace BillingCopilot.Storage;

/// <summary>
/// What "today" is for the business: approval expiry, caps, dunning, schedules, the age of an idempotency key.
/// With the sandbox it follows the sandbox's clock (set from the <c>Date</c> of its responses), otherwise the
/// process clock. Timers, backoff and signatures use <see cref="TimeProvider"/> instead.
/// </summary>
public sealed class BusinessClock(TimeProvider process)
{
    /// <summary>A <c>Date</c> header names the second and leaves out the rest.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private TimeSpan _offset;

    /// <summary>Now, in UTC, as the business sees it.</summary>
    public DateTimeOffset UtcNow
    {
        get
        {
            lock (_gate)
            {
                return process.GetUtcNow() + _offset;
            }
        }
    }

    /// <summary>
    /// Follows an instant that the far side just reported. A reading that the report's resolution and way explain
    /// stays as it is, so that time does not step back between two reports; a clock that was really moved is followed.
    /// </summary>
    /// <param name="farNow">The far side's clock, cut to the second.</param>
    /// <param name="way">How long the call took; the report may be that old.</param>
    public void Observe(DateTimeOffset farNow, TimeSpan way = default)
    {
        lock (_gate)
        {
            var own = process.GetUtcNow();
            var reading = own + _offset;
            if (reading < farNow || reading >= farNow + Resolution + way)
            {
                _offset = farNow - own;
            }
        }
    }
}
