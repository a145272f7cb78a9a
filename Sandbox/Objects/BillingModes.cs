using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds the <c>billing_mode</c> of a subscription or schedule.</summary>
public static class BillingModes
{
    /// <summary>Of subscriptions from before the flexible mode.</summary>
    public static JsonObject Classic() => new() { ["flexible"] = null, ["type"] = "classic" };

    /// <param name="discounts"><c>included</c> or <c>itemized</c>: how prorations show discounts.</param>
    /// <param name="updatedAt">Unix seconds of a migration; null for one that began so.</param>
    public static JsonObject Flexible(string discounts, long? updatedAt = null)
    {
        var mode = new JsonObject { ["flexible"] = new JsonObject { ["proration_discounts"] = discounts }, ["type"] = "flexible" };
        if (updatedAt is not null)
        {
            mode["updated_at"] = updatedAt;
        }

        return mode;
    }
}
