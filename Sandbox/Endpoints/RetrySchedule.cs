using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>
/// When a failed payment is tried again: like Smart Retries, some tries within some days, close at first and wider
/// later, at a time of day of the invoice's own.
/// </summary>
internal static class RetrySchedule
{
    private const long Hour = 3_600;

    /// <summary>Unix seconds of the try after this one; null when it was the last.</summary>
    /// <param name="invoice">Its id decides the time of day.</param>
    /// <param name="now">Unix seconds of the failed try.</param>
    /// <param name="attempts">Tries so far, the failed one included.</param>
    public static long? After(string invoice, long now, long attempts, BillingSettings settings)
    {
        if (attempts >= settings.Attempts)
        {
            return null;
        }

        // The gaps grow evenly and fill the days: their sum is that of 2, 3, … parts.
        var gaps = settings.Attempts - 1;
        var parts = (double)(gaps * (gaps + 3)) / 2;
        var gap = (long)(settings.RetryDays * 24 * Hour * (attempts + 1) / parts);
        var random = new SeededRandom((ulong)attempts).Stream(invoice);
        return now + gap - random.Between(0, Math.Min(gap / 2, 6 * Hour));
    }
}
