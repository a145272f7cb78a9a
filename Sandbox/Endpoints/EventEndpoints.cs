using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class EventEndpoints
{
    public static void Map(Routes routes)
    {
        routes.List("/v1/events", "event", "event_read", "", Wanted, "type types:l delivery_success:b",
            call => call.Args.Text("type") is { } type && !type.EndsWith('*') ? ("type", type) : null);
        routes.One("/v1/events/{id}", "event", "event_read");
    }

    private static bool Wanted(Call call, System.Text.Json.Nodes.JsonObject value)
    {
        var type = value.Id("type");
        return (call.Args.Text("type") is not { } pattern || Matches(pattern, type))
            && (!call.Args.Has("types") || call.Args.Texts("types").Any(t => Matches(t, type)))
            && (call.Args.Bool("delivery_success") is not { } delivered || delivered == (value.Whole("pending_webhooks") == 0));
    }

    private static bool Matches(string pattern, string type) =>
        pattern.EndsWith('*') ? type.StartsWith(pattern[..^1], StringComparison.Ordinal) : type == pattern;
}
