using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>The rhythm of a subscription: boundaries lie whole intervals from its anchor.</summary>
internal static class Cycle
{
    /// <summary>
    /// The first boundary after <paramref name="start"/>. Counted from the anchor, so that one on the 31st comes
    /// back to the 31st after a shorter month.
    /// </summary>
    /// <param name="price">Its <c>recurring</c> says the interval.</param>
    /// <param name="start">Unix seconds.</param>
    /// <param name="anchor">Unix seconds of <c>billing_cycle_anchor</c>; it may lie ahead.</param>
    public static long End(JsonObject price, long start, long anchor)
    {
        var count = price["recurring"]?["interval_count"]?.Whole() ?? 1;
        return price.TextAt("recurring.interval") switch
        {
            "day" => Fixed(count * 86_400, start, anchor),
            "week" => Fixed(count * 7 * 86_400, start, anchor),
            "year" => Months(count * 12, start, anchor),
            _ => Months(count, start, anchor),
        };
    }

    private static long Fixed(long length, long start, long anchor) =>
        anchor + ((long)Math.Floor((start - anchor) / (double)length) + 1) * length;

    private static long Months(long length, long start, long anchor)
    {
        var (from, to) = (DateTimeOffset.FromUnixTimeSeconds(anchor), DateTimeOffset.FromUnixTimeSeconds(start));
        var apart = ((to.Year - from.Year) * 12) + to.Month - from.Month;
        var number = (int)Math.Floor(apart / (double)length) - 1;
        while (from.AddMonths((int)(number * length)) <= to)
        {
            number++;
        }

        return from.AddMonths((int)(number * length)).ToUnixTimeSeconds();
    }
}
