using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;

namespace BillingCopilot.Sandbox.Control;

/// <summary>Reads <c>{"advance":"3d"}</c>, <c>{"now":"2026-03-01T00:00:00Z"}</c> (or Unix time), <c>{"freeze":true}</c>, or several.</summary>
internal static class ClockCommand
{
    private static readonly string[] Names = ["now", "advance", "freeze"];
    private static readonly TimeSpan Longest = TimeSpan.FromDays(5 * 366);

    /// <summary>The instant that the clock is to reach.</summary>
    public static DateTimeOffset Target(DateTimeOffset present, JsonObject body)
    {
        if (body.Select(p => p.Key).FirstOrDefault(k => !Names.Contains(k)) is { } unknown)
        {
            throw ApiError.Invalid($"Unknown '{unknown}'. Known: {string.Join(", ", Names)}.", unknown);
        }

        var from = body["now"] is { } now ? Instant(now) : present;
        var target = body["advance"] is { } advance ? from + Duration(advance.ToString()) : from;
        return target - present <= Longest
            ? target
            : throw ApiError.Invalid("The clock goes five years at most at once: advance in smaller steps.", body["advance"] is null ? "now" : "advance");
    }

    /// <summary>Whether the clock is to stand still; null leaves it as it is.</summary>
    public static bool? Freeze(JsonObject body) => body["freeze"] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<bool>(out var freeze) => freeze,
        var other => throw ApiError.Invalid($"'{other}' is no freeze: write true or false.", "freeze"),
    };

    private static DateTimeOffset Instant(JsonNode value) =>
        long.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var unix) && unix < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(unix)
            : DateTimeOffset.TryParse(value.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
                ? instant
                : throw ApiError.Invalid($"Cannot read instant '{value}': write Unix seconds or ISO 8601, such as 2026-03-01T00:00:00Z.", "now");

    private static TimeSpan Duration(string text)
    {
        var unit = text.Length < 2 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, 'w' => 604_800, _ => 0 };
        return unit > 0 && decimal.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < 1_000_000_000
            ? TimeSpan.FromSeconds((long)Math.Min(number * unit, 1_000_000_000_000))
            : throw ApiError.Invalid($"Cannot read duration '{text}': write a number and s, m, h, d or w, such as 3d.", "advance");
    }
}
