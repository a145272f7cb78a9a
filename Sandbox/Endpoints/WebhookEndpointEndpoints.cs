using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Events;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class WebhookEndpointEndpoints
{
    private const string Kind = "webhook_endpoint";

    public static void Map(Routes routes)
    {
        routes.List("/v1/webhook_endpoints", Kind, "webhook_read");
        routes.Post("/v1/webhook_endpoints", "webhook_write", "webhook_endpoint.created", "url* enabled_events*:l description metadata:m api_version connect:b", Create);
        routes.One("/v1/webhook_endpoints/{id}", Kind, "webhook_read");
        routes.Post("/v1/webhook_endpoints/{id}", "webhook_write", "webhook_endpoint.updated", "url enabled_events:l description metadata:m disabled:b", Update);
        routes.Delete("/v1/webhook_endpoints/{id}", "webhook_write", "webhook_endpoint.deleted", "", Delete);
    }

    private static JsonObject Create(Call call)
    {
        var secret = "whsec_" + call.Unit.NewSecret(32);
        var endpoint = WebhookEndpointObject.Create(
            call.Unit.NewId("we"), call.Now, Url(call), call.Args.Texts("enabled_events"), call.Args.Text("description"));
        endpoint["metadata"] = Metadata.From(call.Args);
        endpoint["_secret"] = secret;
        if (call.Args.Bool("connect") == true)
        {
            endpoint[EventWriter.Connect] = true;
        }

        call.Unit.Put(endpoint);
        // The secret is told once; later answers leave it out.
        var told = (JsonObject)endpoint.DeepClone();
        told["secret"] = secret;
        return told;
    }

    private static JsonObject Update(Call call)
    {
        var endpoint = call.Edit(Kind);
        endpoint["url"] = call.Args.Has("url") ? Url(call) : endpoint.Text("url");
        endpoint["description"] = call.Args.Has("description") ? call.Args.Text("description") : endpoint.Text("description");
        if (call.Args.Has("enabled_events"))
        {
            endpoint["enabled_events"] = JsonFields.Array(call.Args.Texts("enabled_events"));
        }

        if (call.Args.Bool("disabled") is { } disabled)
        {
            endpoint["status"] = disabled ? "disabled" : "enabled";
        }

        Metadata.Merge(endpoint, call.Args);
        return endpoint;
    }

    private static JsonObject Delete(Call call)
    {
        call.Load(Kind);
        return call.Unit.Delete(call.Id);
    }

    private static string Url(Call call) =>
        Uri.TryCreate(call.Args.Required("url"), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? call.Args.Required("url")
            : throw ApiError.Invalid("Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid");
}
