using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What customers do of themselves, as the world decided and no object tells.</summary>
internal static class Payers
{
    /// <summary>Unix seconds at which a customer who was asked answers. Never shown.</summary>
    public const string AnswersAt = "_answers_at";

    /// <summary>
    /// Someone asked the customer to pay: by <c>portal_link</c>, <c>invoice_sent</c>, <c>mail</c> or <c>call</c>. A
    /// customer whom that moves answers after their time.
    /// </summary>
    /// <returns>Unix seconds of the answer; null when there is none to come.</returns>
    public static long? Ask(UnitOfWork unit, string customer, string way)
    {
        if (!PaymentBehaviour.Of(unit.State, customer).Asked.TryGetValue(way, out var seconds)
            || unit.Find(customer)!.ContainsKey(AnswersAt)
            || Open(unit, customer).Count == 0)
        {
            return null;
        }

        return (long?)(unit.Edit(customer)[AnswersAt] = unit.Now + seconds);
    }

    public static List<JsonObject> Open(UnitOfWork unit, string customer) =>
        [.. unit.Where("invoice", "customer", customer).Where(i => i.Text("status") == "open" && i.Whole("amount_remaining") > 0)];

    /// <summary>Attaches a card that pays and makes it the default, unless the present one pays already.</summary>
    public static void GiveCard(UnitOfWork unit, JsonObject customer)
    {
        var present = unit.Find((string?)customer["invoice_settings"]?["default_payment_method"] ?? "");
        if (present is not null && PaymentMethods.Answer(unit, present) is null)
        {
            return;
        }

        var card = PaymentMethods.Attach(unit, PaymentMethods.NewCard(unit), customer.Id());
        customer["invoice_settings"]!["default_payment_method"] = card.Id();
        foreach (var subscription in unit.Where("subscription", "customer", customer.Id()).Where(s =>
            s.Text("default_payment_method") is not null && s.Text("status") != "canceled").ToList())
        {
            unit.Edit(subscription.Id())["default_payment_method"] = card.Id();
        }
    }

    /// <summary>Pays an invoice with the card on file, as on its hosted page; a decline leaves it open.</summary>
    public static void Pay(UnitOfWork unit, JsonObject invoice)
    {
        if (Invoicing.PaymentMethod(unit, invoice) is { } card && invoice.Text("status") == "open")
        {
            Invoicing.Charge(unit, invoice, card);
        }
    }
}
