using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>A sent invoice that is not paid by its due date makes its subscription past due.</summary>
internal sealed class InvoiceOverdue : IDueWork
{
    private const string Told = "_overdue_told";

    public string Name => "invoice.overdue";

    public string Kind => "invoice";

    public IEnumerable<JsonObject> Candidates(AccountState account) => account.Where("invoice", "status", "open");

    public long? DueAt(JsonObject value) =>
        value.Text("status") == "open" && value.Text("collection_method") == "send_invoice" && value[Told] is null ? (long?)value["due_date"] : null;

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var invoice = unit.Edit(value.Id());
        invoice[Told] = true;
        unit.Raise("invoice.overdue", invoice.Id());
        Subscriptions.PaymentFailed(unit, invoice);
    }
}

/// <summary>A sent invoice that stays unpaid long after its due date is given up like one whose retries all failed.</summary>
internal sealed class SentInvoiceGivenUp(Func<BillingSettings> settings) : IDueWork
{
    private const string Done = "_given_up";

    public string Name => "invoice.give_up";

    public string Kind => "invoice";

    public IEnumerable<JsonObject> Candidates(AccountState account) => account.Where("invoice", "status", "open");

    public long? DueAt(JsonObject value) =>
        value.Text("status") == "open" && value.Text("collection_method") == "send_invoice" && value[Done] is null && value["due_date"] is not null
            ? value.Whole("due_date") + (settings().SentGraceDays * 86_400)
            : null;

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var invoice = unit.Edit(value.Id());
        invoice[Done] = true;
        Subscriptions.GiveUp(unit, invoice, settings());
    }
}
