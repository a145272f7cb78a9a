using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>One item of a running subscription.</summary>
internal sealed class ItemRun(ItemScript script, string id, JsonObject price)
{
    public ItemScript Script { get; } = script;

    public string Id { get; } = id;

    public JsonObject Price { get; set; } = price;

    public long? Quantity { get; set; } = script.Quantity;

    /// <summary>Line that bills the current period, which a proration credits.</summary>
    public string? CurrentLine { get; set; }

    public bool Metered => Quantity is null;

    /// <summary>Minor units of a whole period.</summary>
    public long Amount => Metered ? 0 : Price.Whole("unit_amount") * Quantity!.Value;
}

/// <summary>Runs one subscription: renewals, changes and the end.</summary>
internal sealed class SubscriptionRun
{
    private readonly CustomerRun _customer;
    private readonly SeededRandom _random;
    private int _period;

    public SubscriptionRun(CustomerRun customer, SubscriptionScript script, int index)
    {
        _customer = customer;
        _random = customer.Random.Stream($"subscription:{index}");
        Script = script;
        Items = [.. script.Items.Select(item => new ItemRun(item, customer.Ids.Next("si", script.Start), Price(item.Plan)))];
        Meter = script.Items.FirstOrDefault(item => item.Shape is not null)?.Shape is { } shape ? new MeterRun(shape, script.Start, customer.Random.Stream("usage")) : null;
        customer.Books.Timeline.At(script.Start, Begin);
    }

    public SubscriptionScript Script { get; }

    public string Currency => Script.Currency ?? _customer.Script.Currency;

    public JsonObject Price(string plan) => _customer.Books.Catalogue.Price(plan, Currency);

    /// <summary>Whether the running period is the trial before the first one.</summary>
    public bool OnTrial => Script.TrialDays > 0 && _period == 0;

    /// <summary>Whether only what was used before the end is still to be billed.</summary>
    public bool BillsUsageOnly => Json.Text("status") == "canceled" && Script.AfterEnd == AfterEnd.Usage;

    public IReadOnlyList<ItemRun> Items { get; }

    public JsonObject Json { get; private set; } = [];

    public JsonObject? Discount { get; private set; }

    /// <summary>The discount as the invoice being made takes it: one was forgotten once.</summary>
    public JsonObject? Applied => Script.DiscountForgotten == _period ? null : Discount;

    /// <summary>What is reported day by day; null for most.</summary>
    public MeterRun? Meter { get; }

    /// <summary>Prorated parts as they were charged and as they should be, minor units.</summary>
    public List<(string InvoiceItem, long Charged, long Right)> Prorated { get; } = [];

    /// <summary>Minor units of a credit that was left out (negative); 0 for none.</summary>
    public long CreditOwed { get; set; }

    /// <summary>Invoice items that wait for the next invoice, with the line they become.</summary>
    public List<PendingProration> Pending { get; } = [];

    public string? CurrentInvoice { get; set; }

    public string Id => Json.Id();

    /// <summary>Unix seconds; the period that is running or, while an invoice is made, the one it bills in advance.</summary>
    public (long Start, long End) Period => (Boundary(_period), Boundary(_period + 1));

    /// <summary>Unix seconds of the period before; the start itself on the first invoice.</summary>
    public long PreviousStart => _period == 0 ? Script.Start : Boundary(_period - 1);

    /// <summary>Whether the next renewal lies beyond the end of the world.</summary>
    public bool InLastPeriod => Boundary(_period + 1) > Calendar.NowUnix;

    public bool IsFirstPeriod => _period == 0;

    /// <summary>Units used in the period that ended when the current one began.</summary>
    public long UsageBefore(ItemRun item)
    {
        if (item.Script.Shape is not null)
        {
            return Meter!.Between(PreviousStart, Period.Start);
        }

        var typical = item.Script.Usage * _random.Between(90, 110) / 100;
        return InLastPeriod && item.Script.LastUsage is { } last ? last : typical;
    }

    private void Begin(long at)
    {
        var id = _customer.Ids.Next("sub", at);
        Discount = NewDiscount(id);
        Json = SubscriptionObject.Create(new SubscriptionSpec
        {
            Id = id,
            Created = at,
            Customer = _customer.Id,
            Currency = Currency,
            BillingCycleAnchor = Boundary(OnTrial ? 1 : 0),
            Status = OnTrial ? "trialing" : "active",
            CollectionMethod = Script.SendInvoice ? "send_invoice" : "charge_automatically",
            DaysUntilDue = Script.SendInvoice ? InvoiceRun.NetDays : null,
            Items = [.. Items.Select(item => ItemSpec(item, at))],
            Discounts = Discount is null ? [] : [Discount.Id()],
            DefaultTaxRates = _customer.TaxRate is { } rate ? [rate] : [],
            Metadata = Script.Metadata,
        });
        if (OnTrial)
        {
            (Json["trial_start"], Json["trial_end"]) = (at, Boundary(1));
        }

        _customer.Books.Add(_customer.Ids, at, Json, "customer.subscription.created");
        new InvoiceRun(_customer, this).Draft(at, "subscription_create");
        Schedule();
    }

    private void Schedule()
    {
        foreach (var change in Script.Changes)
        {
            _customer.Books.Timeline.At(change.At, at => new ChangeRun(_customer, this).Apply(change, at));
        }

        if (Script.CancelAt is { } end)
        {
            _customer.Books.Timeline.At(end, Cancel);
        }

        new AheadRun(_customer, this).Plan();
        _customer.Books.Timeline.At(Boundary(1), Renew);
    }

    private void Renew(long at)
    {
        if (Json.Text("status") == "canceled")
        {
            BillAfterEnd(at);
            return;
        }

        var before = new JsonObject { ["latest_invoice"] = Json.Text("latest_invoice") };
        if (OnTrial)
        {
            (before["status"], Json["status"]) = ("trialing", "active");
        }

        _period++;
        EndDiscount(at);
        foreach (var item in Json.Rows("items"))
        {
            item["current_period_start"] = Period.Start;
            item["current_period_end"] = Period.End;
        }

        new InvoiceRun(_customer, this).Draft(at, "subscription_cycle");
        _customer.Books.Emit(_customer.Ids, at, "customer.subscription.updated", Json, before);
        _customer.Books.Timeline.At(Period.End, Renew);
    }

    /// <summary>Whoever bills an ended subscription does so by hand.</summary>
    private void BillAfterEnd(long at)
    {
        if (Script.AfterEnd == AfterEnd.Nothing)
        {
            return;
        }

        _period++;
        new InvoiceRun(_customer, this).Draft(at, "manual");
        if (Script.AfterEnd == AfterEnd.EveryPeriod)
        {
            _customer.Books.Timeline.At(Period.End, Renew);
        }
    }

    /// <summary>Writes an item's price and quantity back into the document.</summary>
    public void Refresh(ItemRun item)
    {
        var rows = Json["items"]!["data"]!.AsArray();
        var index = Items.ToList().IndexOf(item);
        rows[index] = SubscriptionObject.Item(Id, ItemSpec(item, Script.Start));
    }

    private SubscriptionItemSpec ItemSpec(ItemRun item, long created) => new()
    {
        Id = item.Id,
        Created = created,
        Price = item.Price,
        Quantity = item.Quantity,
        CurrentPeriodStart = Period.Start,
        CurrentPeriodEnd = Period.End,
    };

    private JsonObject? NewDiscount(string subscription)
    {
        if (Script.Coupon is not { } code)
        {
            return null;
        }

        var coupon = _customer.Books.Catalogue.Coupon(code);
        _customer.Books.Redeemed[code] = _customer.Books.Redeemed.GetValueOrDefault(code) + 1;
        var end = coupon["duration_in_months"] is null ? (long?)null : Calendar.Renewal(Script.Start, (int)coupon.Whole("duration_in_months"), "month");
        var discount = DiscountObject.Create(_customer.Ids.Next("di", Script.Start), code, _customer.Id, Script.Start, end, subscription);
        _customer.Books.Put(discount);
        return discount;
    }

    private void EndDiscount(long at)
    {
        if (Discount?["end"] is not null && Discount.Whole("end") <= at)
        {
            _customer.Books.Emit(_customer.Ids, at, "customer.discount.deleted", Discount);
            Discount = null;
            Json["discounts"] = new JsonArray();
        }
    }

    private void Cancel(long at)
    {
        Json["status"] = "canceled";
        Json["canceled_at"] = at;
        Json["ended_at"] = at;
        Json["cancellation_details"]!["reason"] = "cancellation_requested";
        Json["cancellation_details"]!["feedback"] = _random.Pick<string>(["too_expensive", "unused", "switched_service", "missing_features"]);
        _customer.Books.Emit(_customer.Ids, at, "customer.subscription.deleted", Json);
    }

    /// <summary>A trial is the first period, and the cycle begins with its end.</summary>
    private long Boundary(int count) => (Script.TrialDays, count) switch
    {
        ( > 0, > 0) => Calendar.Renewal(Script.Start + Script.TrialDays * Calendar.Day, count - 1, Script.Interval),
        _ => Calendar.Renewal(Script.Start, count, Script.Interval),
    };
}
