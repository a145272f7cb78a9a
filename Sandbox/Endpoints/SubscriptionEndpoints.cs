using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class SubscriptionEndpoints
{
    private const string Kind = "subscription";
    private const string Shared =
        "items:" + SubscriptionChange.ItemFields + SubscriptionChange.ProrationFields
        + " metadata:m description default_payment_method cancel_at_period_end:b cancel_at:t trial_end:t collection_method days_until_due:i "
        + "payment_behavior off_session:b pause_collection:o{behavior* resumes_at:t} cancellation_details:o{comment feedback} default_tax_rates:l on_behalf_of "
        + "trial_settings:o{end_behavior*:o{missing_payment_method*}} add_invoice_items:l{price* quantity:i} " + Discounting.Fields;

    public static void Map(Routes routes)
    {
        routes.List("/v1/subscriptions", Kind, "subscription_read", "customer collection_method", Wanted, "status(active|all|canceled|ended|incomplete|incomplete_expired|past_due|paused|trialing|unpaid) price",
            call => call.Args.Text("price") is { } price ? ("items.data.price.id", price) : null);
        routes.Post("/v1/subscriptions", "subscription_write", "subscription.created", "customer* currency trial_period_days:i billing_cycle_anchor:t " + BillingModeArgs.Fields + " " + Shared, Create);
        routes.One("/v1/subscriptions/{id}", Kind, "subscription_read");
        routes.Post("/v1/subscriptions/{id}", "subscription_write", "subscription.updated", Shared, Update);
        routes.Delete("/v1/subscriptions/{id}", "subscription_write", "subscription.canceled", "invoice_now:b prorate:b cancellation_details:o{comment feedback}", Cancel);
        routes.Post("/v1/subscriptions/{id}/migrate", "subscription_write", "subscription.migrated", BillingModeArgs.Fields.Replace("mode:", "mode*:", StringComparison.Ordinal), Migrate);
    }

    // Without a status Stripe leaves canceled subscriptions out.
    private static bool Wanted(Call call, JsonObject subscription)
    {
        var status = subscription.Text("status");
        var wanted = call.Args.Text("status") switch
        {
            null => status != "canceled",
            "all" => true,
            "ended" => status is "canceled" or "incomplete_expired",
            var exact => status == exact,
        };
        return wanted && (call.Args.Text("price") is not { } price
            || subscription.Rows("items").Any(i => i["price"]!.AsObject().Id() == price));
    }

    public static JsonObject Create(Call call)
    {
        var customer = call.Refer("customer", "customer");
        if (call.Args.Objects("items").Count == 0)
        {
            throw ApiError.Missing("items");
        }

        var id = call.Unit.NewId("sub");
        var trialEnd = call.Args.Int("trial_end")
            ?? (call.Args.Int("trial_period_days") is { } days and > 0 ? call.Now + (days * 86400) : (long?)null);
        var anchor = trialEnd ?? Anchor(call);
        var items = call.Args.Objects("items").Select(i => SubscriptionChange.NewItem(
            call.Unit, id, i, call.Now, trialEnd is { } end ? (call.Now, end) : anchor > call.Now ? (call.Now, anchor) : null)).ToList();
        if (call.Args.Text("currency") is { } currency && !currency.Equals(items[0]["price"]!.AsObject().Id("currency"), StringComparison.OrdinalIgnoreCase))
        {
            throw ApiError.Invalid($"The price specified only supports `{items[0]["price"]!.AsObject().Id("currency")}`. This doesn't match the expected currency: `{currency}`.", "currency");
        }

        items.ForEach(item => CurrencyRules.RequireSame(item["price"]!.AsObject(), items[0]["price"]!.AsObject().Id("currency")));
        CurrencyRules.RequireOne(call.Unit, customer.Id(), items[0]["price"]!.AsObject().Id("currency"));
        var subscription = SubscriptionObject.Create(new SubscriptionSpec
        {
            Id = id,
            Created = call.Now,
            Customer = customer.Id(),
            Currency = items[0]["price"]!.AsObject().Id("currency"),
            BillingCycleAnchor = anchor,
            BillingMode = BillingModeArgs.Read(call.Args),
            Items = [],
            Status = trialEnd is null ? "active" : "trialing",
        });
        subscription["items"]!["data"] = JsonFields.Array(items);
        subscription["test_clock"] = customer.Text("test_clock");
        (subscription["trial_start"], subscription["trial_end"]) = (trialEnd is null ? null : call.Now, trialEnd);
        call.Unit.Put(subscription);
        call.Unit.Raise("customer.subscription.created", id);
        Apply(call, subscription);
        RequireDueDays(subscription);
        SubscriptionExtras.Add(call, subscription);
        if (trialEnd is null)
        {
            return FirstInvoice(call, subscription);
        }

        // A trial starts with an invoice of nothing.
        SubscriptionInvoice.Bill(call.Unit, subscription, "subscription_create", invoice => new SubscriptionLines(call.Unit, subscription, invoice).Trial());
        return subscription;
    }

    /// <summary>An anchor ahead makes the first period shorter, and its price with it.</summary>
    private static long Anchor(Call call) => call.Args.Int("billing_cycle_anchor") switch
    {
        null => call.Now,
        { } at when at < call.Now => throw ApiError.Invalid("billing_cycle_anchor cannot be in the past.", "billing_cycle_anchor"),
        { } at => at,
    };

    private static void RequireDueDays(JsonObject subscription)
    {
        if (subscription.Text("collection_method") == "send_invoice" && subscription["days_until_due"] is null)
        {
            throw ApiError.Missing("days_until_due");
        }
    }

    private static JsonObject FirstInvoice(Call call, JsonObject subscription)
    {
        if (call.Args.Text("payment_behavior") == "default_incomplete")
        {
            // The customer pays the first invoice, nobody charges it.
            var invoice = SubscriptionInvoice.Draft(call.Unit, subscription, "subscription_create", Lines(call, subscription));
            Invoicing.Finalize(call.Unit, invoice);
            subscription["status"] = invoice.Text("status") == "paid" ? "active" : "incomplete";
            return subscription;
        }

        var failed = SubscriptionInvoice.Bill(call.Unit, subscription, "subscription_create", Lines(call, subscription));
        if (failed is null)
        {
            return subscription;
        }

        if (!failed.KeepsEffects || call.Args.Text("payment_behavior") == "error_if_incomplete")
        {
            throw new ApiError(failed.Status, failed.Message, failed.Code) { Type = failed.Type, Details = failed.Details };
        }

        subscription["status"] = "incomplete";
        return subscription;
    }

    private static Func<string, IEnumerable<JsonObject>> Lines(Call call, JsonObject subscription) =>
        invoice => subscription.Whole("billing_cycle_anchor") > call.Now
            ? SubscriptionExtras.Stub(call, subscription)
            : new SubscriptionLines(call.Unit, subscription, invoice).Period(next: false);

    public static JsonObject Update(Call call)
    {
        var subscription = call.Edit(Kind);
        if (subscription.Text("status") == "canceled")
        {
            return UpdateEnded(call, subscription);
        }

        Apply(call, subscription);
        RequireDueDays(subscription);
        SubscriptionExtras.Add(call, subscription);
        if (call.Args.Has("trial_end"))
        {
            SubscriptionExtras.MoveTrial(call, subscription);
        }

        ChangeItems(call.Unit, subscription, call.Args);
        return subscription;
    }

    private static JsonObject UpdateEnded(Call call, JsonObject subscription)
    {
        if (call.Args.Values.Any(a => a.Key is not ("metadata" or "cancellation_details" or "expand")))
        {
            throw ApiError.Invalid("A canceled subscription can only update its cancellation_details and metadata.", null, "resource_missing");
        }

        ApplyCancellation(call, subscription);
        Metadata.Merge(subscription, call.Args);
        return subscription;
    }

    /// <summary>Changes items, prorates, and bills at once where that is due. A decline leaves the change in place and the invoice open.</summary>
    public static void ChangeItems(State.UnitOfWork unit, JsonObject subscription, Args args)
    {
        var change = new SubscriptionChange(unit, subscription, args);
        if (change.Apply())
        {
            SubscriptionInvoice.Bill(unit, subscription, "subscription_update", change.Lines);
        }
    }

    private static void Apply(Call call, JsonObject subscription)
    {
        var args = call.Args;
        args.CopyTexts(subscription, "description", "collection_method");
        subscription["days_until_due"] = args.Int("days_until_due") ?? (long?)subscription["days_until_due"];

        if (args.Has("default_payment_method"))
        {
            subscription["default_payment_method"] = args.Text("default_payment_method") is { } id
                ? PaymentMethods.OfCustomer(call.Unit, id, subscription.Id("customer"), "default_payment_method").Id()
                : null;
        }

        ApplyCancellation(call, subscription);
        ApplyDiscounts(call, subscription);
        if (args.Has("pause_collection"))
        {
            subscription["pause_collection"] = args.Object("pause_collection") is { } pause
                ? new JsonObject { ["behavior"] = Behaviour(pause), ["resumes_at"] = pause.Int("resumes_at") }
                : null;
        }

        if (args.Has("default_tax_rates"))
        {
            subscription["default_tax_rates"] = TaxRateArgs.Read(call.Unit, args, "default_tax_rates");
        }

        if (args.Has("on_behalf_of"))
        {
            subscription["on_behalf_of"] = args.Text("on_behalf_of") is null ? null : call.Refer("account", "on_behalf_of").Id();
        }

        if (args.Object("trial_settings")?.Object("end_behavior")?.Text("missing_payment_method") is { } missing)
        {
            subscription["trial_settings"]!["end_behavior"]!["missing_payment_method"] = missing;
        }

        Metadata.Merge(subscription, args);
    }

    private static string Behaviour(Args pause) => pause.Required("behavior") is "keep_as_draft" or "mark_uncollectible" or "void"
        ? pause.Required("behavior")
        : throw ApiError.Invalid("Invalid pause_collection[behavior]: must be one of keep_as_draft, mark_uncollectible, or void", "pause_collection[behavior]");

    private static void ApplyCancellation(Call call, JsonObject subscription)
    {
        if (call.Args.Bool("cancel_at_period_end") is { } atEnd)
        {
            subscription["cancel_at_period_end"] = atEnd;
            subscription["cancel_at"] = atEnd ? subscription.Rows("items").First().Whole("current_period_end") : null;
            subscription["canceled_at"] = atEnd ? call.Now : null;
            subscription["cancellation_details"]!["reason"] = atEnd ? "cancellation_requested" : null;
        }

        if (call.Args.Has("cancel_at"))
        {
            subscription["cancel_at"] = call.Args.Int("cancel_at");
            subscription[Subscriptions.Prorates] = call.Args.Text("proration_behavior") != "none";
        }

        call.Args.Object("cancellation_details")?.CopyTexts(subscription["cancellation_details"]!.AsObject(), "comment", "feedback");
    }

    private static void ApplyDiscounts(Call call, JsonObject subscription)
    {
        if (call.Args.Has("discounts"))
        {
            subscription["discounts"] = Discounting.Apply(
                call.Unit, call.Args, new DiscountPlace(subscription.Id("customer"), subscription.Id()), subscription["discounts"]);
        }
    }

    private static JsonObject Migrate(Call call)
    {
        var subscription = call.Edit(Kind);
        subscription["billing_mode"] = BillingModeArgs.Migrate(call.Args, subscription["billing_mode"]!.AsObject(), call.Now);
        return subscription;
    }

    public static JsonObject Cancel(Call call)
    {
        var subscription = call.Edit(Kind);
        if (subscription.Text("status") == "canceled")
        {
            throw ApiError.NotFound(Kind, call.Id, "id");
        }

        ApplyCancellation(call, subscription);
        if (call.Args.Bool("prorate") == true)
        {
            var proration = new Proration(call.Unit, subscription, call.Now);
            foreach (var item in subscription.Rows("items").ToList())
            {
                proration.Unused(item);
            }
        }

        if (call.Args.Bool("invoice_now") == true)
        {
            SubscriptionInvoice.Bill(call.Unit, subscription, "subscription_update", _ => []);
        }

        Subscriptions.End(call.Unit, subscription, call.Now);
        return subscription;
    }
}
