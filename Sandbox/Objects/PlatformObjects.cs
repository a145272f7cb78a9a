using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>The API version that every object has the shape of.</summary>
public static class ApiVersion
{
    public const string Current = "2026-10-28.endive";
}

/// <summary>Builds <c>event</c>.</summary>
public static class EventObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="subject">The object after the change; copied.</param>
    /// <param name="previous">Fields that changed, with their old values; null when none.</param>
    /// <param name="requestId"><c>req_…</c>; null when Stripe itself caused it.</param>
    public static JsonObject Create(
        string id, long created, string type, JsonObject subject, JsonObject? previous = null,
        string? requestId = null, string? idempotencyKey = null, long pendingWebhooks = 0)
    {
        var data = new JsonObject { ["object"] = subject.DeepClone() };
        if (previous is not null)
        {
            data["previous_attributes"] = previous.DeepClone();
        }

        return new JsonObject
        {
            ["id"] = id,
            ["object"] = "event",
            ["api_version"] = ApiVersion.Current,
            ["created"] = created,
            ["data"] = data,
            ["livemode"] = false,
            ["pending_webhooks"] = pendingWebhooks,
            ["request"] = new JsonObject { ["id"] = requestId, ["idempotency_key"] = idempotencyKey },
            ["type"] = type,
        };
    }
}

/// <summary>Builds <c>webhook_endpoint</c>.</summary>
public static class WebhookEndpointObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="secret"><c>whsec_…</c>, in the answer to its creation only; null later.</param>
    public static JsonObject Create(
        string id, long created, string url, IReadOnlyList<string> enabledEvents, string? description = null, string? secret = null)
    {
        var endpoint = new JsonObject
        {
            ["id"] = id,
            ["object"] = "webhook_endpoint",
            ["api_version"] = ApiVersion.Current,
            ["application"] = null,
            ["created"] = created,
            ["description"] = description,
            ["enabled_events"] = JsonFields.Array(enabledEvents),
            ["livemode"] = false,
            ["metadata"] = new JsonObject(),
            ["status"] = "enabled",
            ["url"] = url,
        };
        if (secret is not null)
        {
            endpoint["secret"] = secret;
        }

        return endpoint;
    }
}

/// <summary>Builds <c>billing_portal.session</c>.</summary>
public static class PortalSessionObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="configuration"><c>bpc_…</c></param>
    /// <param name="secret">Characters that make the link unguessable.</param>
    /// <param name="flow">The whole <c>flow</c>, such as <see cref="PaymentMethodUpdateFlow"/>; null for the portal's front page.</param>
    public static JsonObject Create(
        string id, long created, string customer, string configuration, string secret, string? returnUrl = null, JsonObject? flow = null) => new()
        {
            ["id"] = id,
            ["object"] = "billing_portal.session",
            ["configuration"] = configuration,
            ["created"] = created,
            ["customer"] = customer,
            ["customer_account"] = null,
            ["flow"] = flow,
            ["livemode"] = false,
            ["locale"] = null,
            ["on_behalf_of"] = null,
            ["return_url"] = returnUrl,
            ["url"] = $"https://billing.stripe.com/p/session/{secret}",
        };

    /// <summary>A flow of one type (<c>payment_method_update</c>, <c>subscription_cancel</c> …).</summary>
    /// <param name="subscription"><c>sub_…</c> for the flows that need one.</param>
    public static JsonObject Flow(string type, string? subscription = null) => new()
    {
        ["after_completion"] = new JsonObject { ["hosted_confirmation"] = null, ["redirect"] = null, ["type"] = "portal_homepage" },
        ["customer_update"] = type == "customer_update" ? new JsonObject() : null,
        ["subscription_cancel"] = type == "subscription_cancel" ? new JsonObject { ["retention"] = null, ["subscription"] = subscription } : null,
        ["subscription_pause"] = type == "subscription_pause" ? new JsonObject { ["subscription"] = subscription } : null,
        ["subscription_update"] = type == "subscription_update" ? new JsonObject { ["subscription"] = subscription } : null,
        ["subscription_update_confirm"] = null,
        ["type"] = type,
    };

    /// <summary>The flow in which a customer puts in a new card.</summary>
    public static JsonObject PaymentMethodUpdateFlow() => Flow("payment_method_update");
}
