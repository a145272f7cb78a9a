using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;

namespace BillingCopilot.Sandbox.Control;

/// <summary>Reads <c>{"advance":"3d"}</c>, <c>{"now":"2026-03-01T00:00:00Z"}</c> (or Unix time), <c>{"freeze":true}</c>, or several.</summary>
internal static class ClockCommand
{
    /// <summary>The instant that the clock is to reach.</summary>
    public static DateTimeOffset Target(DateTimeOffset present, JsonObject body)
    {
        var from = body["now"] is JsonValue now ? Instant(now) : present;
        return (string?)body["advance"] is { } advance ? from + Duration(advance) : from;
    }

    private static DateTimeOffset Instant(JsonValue value) =>
        value.TryGetValue<long>(out var unix)
            ? DateTimeOffset.FromUnixTimeSeconds(unix)
            : DateTimeOffset.Parse(value.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static TimeSpan Duration(string text)
    {
        if (text.Length < 2 || !double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            throw Unreadable(text);
        }

        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(number),
            'w' => TimeSpan.FromDays(7 * number),
            _ => throw Unreadable(text),
        };
    }

    private static ApiError Unreadable(string text) =>
        ApiError.Invalid($"Cannot read duration '{text}': write a number and s, m, h, d or w, such as 3d.", "advance");
}
