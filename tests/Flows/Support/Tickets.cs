using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace BillingCopilot.Flows.Support;

/// <summary>Calls of a helpdesk, signed as it signs them.</summary>
internal static class Tickets
{
    public const string Secret = "helpdesk-test-secret";

    public static string Created(string id, string number, string words, string? customer) => new JsonObject
    {
        ["id"] = id,
        ["type"] = "ticket.created",
        ["ticket"] = new JsonObject { ["number"] = number, ["subject"] = "Question", ["body"] = words, ["customer"] = customer, ["sender"] = new JsonObject { ["name"] = "Mara" } },
    }.ToJsonString();

    public static string Sign(string body, string secret, DateTimeOffset? at = null)
    {
        var t = (at ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds();
        return $"t={t},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{t}.{body}")))}";
    }

    public static async Task<HttpResponseMessage> PostAsync(Copilot copilot, string body, string? header)
    {
        using var http = copilot.As(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/helpdesk") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("Helpdesk-Signature", header);
        }

        return await http.SendAsync(request);
    }
}
