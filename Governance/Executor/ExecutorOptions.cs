namespace BillingCopilot.Governance.Executor;

/// <summary>How patiently approved proposals are carried out. Section <c>Governance:Executor</c>.</summary>
public sealed class ExecutorOptions
{
    /// <summary>How long a node may go silent before another takes its work over; renewed while it works. Default 15 s.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Most attempts in a row, each with the same idempotency key, before a person has to look. Default 4.</summary>
    public int MaxAttempts { get; set; } = 4;

    /// <summary>Pause after the first failed attempt; doubles after each. Default 500 ms, zero for none.</summary>
    public TimeSpan FirstBackoff { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait while another node works on the same proposal or customer. Default 30 s.</summary>
    public TimeSpan WaitForOthers { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often that wait looks again. Default 250 ms.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Age, in business time, from which an idempotency key is never sent again. Stripe may forget it after 24 hours, and
    /// would execute it anew (https://docs.stripe.com/api/idempotent_requests); an hour less, since between this look and
    /// the last repetition that leaves lie the pause, the reads, the wait for the account's pace and what Stripe's SDK
    /// repeats by itself.
    /// </summary>
    public static TimeSpan KeyLifetime { get; } = TimeSpan.FromHours(23);

    internal void Validate()
    {
        if (Lease < TimeSpan.FromSeconds(1) || MaxAttempts < 1 || FirstBackoff < TimeSpan.Zero || WaitForOthers < TimeSpan.Zero || PollEvery <= TimeSpan.Zero)
        {
            throw new ArgumentException("Governance:Executor: Lease must be at least one second, MaxAttempts at least 1, PollEvery above zero, and no time negative.");
        }
    }
}
