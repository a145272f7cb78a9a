using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using Stripe;

namespace BillingCopilot.Unit.Governance.Real;

/// <summary>A tax on everything of an invoice, on top of the price or within it.</summary>
internal sealed record Tax(decimal Percent, bool Inclusive);

/// <summary>How a quantity is priced.</summary>
internal enum PricingModel
{
    Each,
    Graduated,
    Volume,
    Package,
}

/// <summary>Things of a customer's, made fresh in the sandbox.</summary>
internal sealed class Objects(StripeClient stripe)
{
    public async Task<Customer> CustomerAsync(string card = "pm_card_visa")
    {
        var customer = await stripe.V1.Customers.CreateAsync(new CustomerCreateOptions { Name = "Acme", Email = "billing@acme.test" });
        var method = await stripe.V1.PaymentMethods.AttachAsync(card, new PaymentMethodAttachOptions { Customer = customer.Id });
        return await stripe.V1.Customers.UpdateAsync(customer.Id, new CustomerUpdateOptions { InvoiceSettings = new CustomerInvoiceSettingsOptions { DefaultPaymentMethod = method.Id } });
    }

    public async Task<Invoice> OpenInvoiceAsync(long amount, string currency = "usd", string card = "pm_card_visa", Tax? tax = null) =>
        await stripe.V1.Invoices.FinalizeInvoiceAsync((await DraftInvoiceAsync(amount, currency, card, tax)).Id);

    public async Task<Invoice> DraftInvoiceAsync(long amount, string currency = "usd", string card = "pm_card_visa", Tax? tax = null)
    {
        var customer = await CustomerAsync(card);
        await stripe.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = customer.Id, Amount = amount, Currency = currency, Description = "Setup" });
        return await stripe.V1.Invoices.CreateAsync(new InvoiceCreateOptions
        {
            Customer = customer.Id, Currency = currency, PendingInvoiceItemsBehavior = "include", DefaultTaxRates = tax is null ? null : [await RateAsync(tax)],
        });
    }

    /// <summary>An open invoice of several lines, taxed alike.</summary>
    public async Task<Invoice> LinesInvoiceAsync(IEnumerable<long> amounts, string currency, Tax? tax)
    {
        var customer = await CustomerAsync();
        foreach (var amount in amounts)
        {
            await stripe.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = customer.Id, Amount = amount, Currency = currency, Description = $"Item {amount}" });
        }

        var draft = await stripe.V1.Invoices.CreateAsync(new InvoiceCreateOptions
        {
            Customer = customer.Id, Currency = currency, PendingInvoiceItemsBehavior = "include", DefaultTaxRates = tax is null ? null : [await RateAsync(tax)],
        });
        return await stripe.V1.Invoices.FinalizeInvoiceAsync(draft.Id);
    }

    public Task<Invoice> PayAsync(Invoice invoice) => stripe.V1.Invoices.PayAsync(invoice.Id);

    public async Task<Invoice> PaidInvoiceAsync(long amount, string currency = "usd", Tax? tax = null) =>
        await stripe.V1.Invoices.PayAsync((await OpenInvoiceAsync(amount, currency, tax: tax)).Id);

    /// <summary>Credit that the customer has already, of which later invoices are paid.</summary>
    public Task StoreCreditAsync(string customer, long amount, string currency) =>
        stripe.V1.Customers.BalanceTransactions.CreateAsync(customer, new CustomerBalanceTransactionCreateOptions { Amount = -amount, Currency = currency });

    private async Task<string> RateAsync(Tax tax) =>
        (await stripe.V1.TaxRates.CreateAsync(new TaxRateCreateOptions { DisplayName = "VAT", Percentage = tax.Percent, Inclusive = tax.Inclusive })).Id;

    public async Task<Invoice> FailedInvoiceAsync(long amount)
    {
        var open = await OpenInvoiceAsync(amount, card: "pm_card_chargeCustomerFail");
        try
        {
            await stripe.V1.Invoices.PayAsync(open.Id);
        }
        catch (StripeException e) when (e.StripeError?.Type == "card_error")
        {
            // As wanted.
        }

        return await stripe.V1.Invoices.GetAsync(open.Id);
    }

    public async Task<Charge> ChargeOfAsync(Invoice invoice) => (await stripe.V1.Charges.ListAsync(new ChargeListOptions { Customer = invoice.CustomerId })).Data.Single();

    /// <summary>A paid invoice whose charge the bank disputed at once.</summary>
    public async Task<Charge> DisputedChargeAsync(long amount, string currency = "usd", string card = "pm_card_createDisputeProductNotReceived") =>
        await ChargeOfAsync(await stripe.V1.Invoices.PayAsync((await OpenInvoiceAsync(amount, currency, card)).Id));

    public async Task<Dispute> DisputeOfAsync(string charge) => (await stripe.V1.Disputes.ListAsync(new DisputeListOptions { Charge = charge })).Data.Single();

    public async Task<Subscription> SubscriptionAsync(long unit, long quantity, string currency = "usd", string interval = "month")
    {
        var customer = await CustomerAsync();
        var price = await stripe.V1.Prices.CreateAsync(new PriceCreateOptions
        {
            Currency = currency,
            UnitAmount = unit,
            Recurring = new PriceRecurringOptions { Interval = interval },
            ProductData = new PriceProductDataOptions { Name = "Team" },
        });
        return await stripe.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions { Customer = customer.Id, Items = [new SubscriptionItemOptions { Price = price.Id, Quantity = quantity }] });
    }

    /// <summary>A paid subscription, priced in one of the ways there are.</summary>
    public async Task<Subscription> PricedAsync(PricingModel model, long unit, long quantity, string currency, Tax? tax)
    {
        var customer = await CustomerAsync();
        var options = new PriceCreateOptions
        {
            Currency = currency, Recurring = new PriceRecurringOptions { Interval = "month" }, ProductData = new PriceProductDataOptions { Name = "Team" },
        };
        switch (model)
        {
            case PricingModel.Graduated or PricingModel.Volume:
                options.BillingScheme = "tiered";
                options.TiersMode = model == PricingModel.Volume ? "volume" : "graduated";
                options.Tiers = [new PriceTierOptions { UpTo = 5, UnitAmount = unit }, new PriceTierOptions { UpTo = PriceTierUpTo.Inf, UnitAmount = unit / 2 / 10 * 10 }];
                break;
            case PricingModel.Package:
                (options.UnitAmount, options.TransformQuantity) = (unit, new PriceTransformQuantityOptions { DivideBy = 4, Round = "up" });
                break;
            default:
                options.UnitAmount = unit;
                break;
        }

        return await stripe.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = customer.Id,
            Items = [new SubscriptionItemOptions { Price = (await stripe.V1.Prices.CreateAsync(options)).Id, Quantity = quantity }],
            DefaultTaxRates = tax is null ? null : [await RateAsync(tax)],
        });
    }

    /// <summary>A subscription whose pieces get fewer when its period ends.</summary>
    public async Task<Subscription> DowngradedAsync(long unit, long quantity, long then, string currency = "usd")
    {
        var subscription = await SubscriptionAsync(unit, quantity, currency);
        var schedule = await stripe.V1.SubscriptionSchedules.CreateAsync(new SubscriptionScheduleCreateOptions { FromSubscription = subscription.Id });
        var price = subscription.Items.Data[0].Price.Id;
        await stripe.V1.SubscriptionSchedules.UpdateAsync(schedule.Id, new SubscriptionScheduleUpdateOptions
        {
            Metadata = new() { ["copilot_proposal"] = "prop_earlier" },
            Phases =
            [
                new() { StartDate = schedule.CurrentPhase.StartDate, EndDate = schedule.CurrentPhase.EndDate, Items = [new() { Price = price, Quantity = quantity }] },
                new() { Items = [new() { Price = price, Quantity = then }] },
            ],
        });
        return subscription;
    }

    /// <summary>A courtesy credit as an earlier proposal gave it, and the arguments that take it back.</summary>
    public async Task<JsonObject> GivenAsync(Customer customer, long amount, string currency = "usd")
    {
        var entry = await stripe.V1.Customers.BalanceTransactions.CreateAsync(customer.Id, new CustomerBalanceTransactionCreateOptions
        {
            Amount = -amount, Currency = currency, Description = "Courtesy credit: Slow answer.", Metadata = new() { ["copilot_proposal"] = "prop_earlier" },
        });
        return new JsonObject { ["customer"] = customer.Id, ["credit"] = entry.Id };
    }

    /// <summary>A tax id of a customer's, and the arguments that take it off.</summary>
    public async Task<JsonObject> TaxIdAsync(Customer customer) =>
        new() { ["customer"] = customer.Id, ["tax_id"] = (await stripe.V1.Customers.TaxIds.CreateAsync(customer.Id, new CustomerTaxIdCreateOptions { Type = "eu_vat", Value = "DE123456789" })).Id };

    /// <summary>A coupon for one invoice; its id.</summary>
    public async Task<string> CouponAsync(decimal percent) =>
        (await stripe.V1.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = percent, Duration = "once", Name = "Goodwill" })).Id;

    public Task<CreditNote> CreditNoteAsync(Invoice invoice, long amount) =>
        stripe.V1.CreditNotes.CreateAsync(new CreditNoteCreateOptions { Invoice = invoice.Id, Amount = amount, Reason = "order_change" });

    public Task<Subscription> EndAsync(Subscription subscription) =>
        stripe.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true });

    public static JsonObject Credit(Invoice invoice, long amount, string? disposition = null)
    {
        var arguments = new JsonObject { ["invoice"] = invoice.Id, ["amount"] = new Money(amount, invoice.Currency).ToString(), ["reason"] = "order_change" };
        if (disposition is not null)
        {
            arguments["disposition"] = disposition;
        }

        return arguments;
    }

    public static JsonObject Courtesy(Customer customer, long amount, string currency = "usd") =>
        new() { ["customer"] = customer.Id, ["amount"] = new Money(amount, currency).ToString(), ["because"] = "Slow answer." };

    public static JsonObject Refund(Charge charge, long? amount)
    {
        var arguments = new JsonObject { ["charge"] = charge.Id, ["reason"] = "duplicate" };
        if (amount is { } part)
        {
            arguments["amount"] = new Money(part, charge.Currency).ToString();
        }

        return arguments;
    }
}
