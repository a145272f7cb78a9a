using System.Text.Json;
using BillingCopilot.Agents.Text;

namespace BillingCopilot.Bot.Webhooks;

/// <summary>A ticket as a signed call of the helpdesk brought it. Card numbers are out of its words already.</summary>
/// <param name="EventId">The call's own id: a second one of the same id is ignored.</param>
/// <param name="Number">The helpdesk's number of the ticket.</param>
/// <param name="CustomerId">Stripe customer, when the helpdesk knows it.</param>
/// <param name="Closed">The call says that the ticket is closed, and nothing else of it.</param>
public sealed record HelpdeskTicket(string EventId, string Number, string Subject, string Body, string SenderName, string SenderMail, string? CustomerId, bool Closed = false)
{
    /// <summary>Event type of a ticket that was closed; no playbook needs it.</summary>
    public const string ClosedType = "helpdesk.ticket.closed";

    /// <summary>Event type that playbooks may name.</summary>
    public const string Created = "helpdesk.ticket.created";

    /// <summary>Longest words of a ticket that are kept, in characters.</summary>
    private const int MostText = 20_000;

    /// <summary>Reads a signed body: <c>{"id", "type": "ticket.created", "ticket": {"number", "subject", "body", "sender": {"name", "mail"}, "customer"}}</c>, or type <c>ticket.closed</c> with the number alone.</summary>
    /// <returns>The ticket, or which field is at fault and what belongs there.</returns>
    public static (HelpdeskTicket? Ticket, string? Fault) Read(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            var type = root.ValueKind == JsonValueKind.Object ? Text(root, "type", 60) : "";
            if (type is not ("ticket.created" or "ticket.closed"))
            {
                return (null, "type: only ticket.created and ticket.closed are taken. Send one of them.");
            }

            var ticket = root.TryGetProperty("ticket", out var t) && t.ValueKind == JsonValueKind.Object ? t : default;
            var sender = ticket.ValueKind == JsonValueKind.Object && ticket.TryGetProperty("sender", out var s) && s.ValueKind == JsonValueKind.Object ? s : default;
            var read = new HelpdeskTicket(
                Id(root, "id", 200), Id(ticket, "number", 60), Text(ticket, "subject", 500), Text(ticket, "body", MostText),
                Text(sender, "name", 200), Text(sender, "mail", 200), Text(ticket, "customer", 100) is { Length: > 0 } customer ? customer : null, type == "ticket.closed");
            return read switch
            {
                { EventId: "" } => (null, "id: missing. Give each call an id of its own."),
                { Number: "" } => (null, "ticket.number: missing. Give the helpdesk's number of the ticket."),
                { Body: "", Closed: false } => (null, "ticket.body: missing. Give the customer's words."),
                { CustomerId: { } id } when !id.StartsWith("cus_", StringComparison.Ordinal) => (null, "ticket.customer: not a Stripe customer. Give a cus_… id or leave it out."),
                _ => (read, null),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, "The body is signed but is not JSON in UTF-8.");
        }
    }

    /// <summary>The helpdesk's own ids stay as they are, or two could become one; one that is too long counts as missing.</summary>
    private static string Id(JsonElement at, string name, int most) =>
        at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString()!.Trim() is var text && text.Length <= most ? text : "";

    private static string Text(JsonElement at, string name, int most)
    {
        if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return "";
        }

        var text = Redaction.Clean(value.GetString()!).Text.Trim();
        return text.Length > most ? $"{text[..most]} [cut at {most} characters]" : text;
    }
}
