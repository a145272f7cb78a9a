using Stripe;
using Stripe.Billing;

namespace BillingCopilot.Unit.SandboxTests.Conformance;

/// <summary>Calls of every covered route, a story at a time. Each is checked by the scene.</summary>
internal static class Calls
{
    private static readonly Dictionary<string, string> Mark = new() { ["key"] = "value" };

    public static async Task CatalogAsync(Scene s)
    {
        var product = await s.Check(s.Api.Products.CreateAsync(new ProductCreateOptions { Name = "Team", Metadata = Mark, UnitLabel = "seat" }));
        await s.Check(s.Api.Products.UpdateAsync(product.Id, new ProductUpdateOptions { Description = "For teams" }));
        await s.Check(s.Api.Products.GetAsync(product.Id));
        await s.Check(s.Api.Products.ListAsync());
        await s.Check(s.Api.Products.SearchAsync(new ProductSearchOptions { Query = "active:'true'" }));
        var price = await s.Check(s.Api.Prices.CreateAsync(new PriceCreateOptions
        {
            Currency = "usd",
            Product = product.Id,
            BillingScheme = "tiered",
            TiersMode = "volume",
            Tiers = [new PriceTierOptions { UpTo = 10, UnitAmount = 900 }, new PriceTierOptions { UpTo = PriceTierUpTo.Inf, UnitAmountDecimal = 7.5m, FlatAmount = 100 }],
            Recurring = new PriceRecurringOptions { Interval = "month" },
        }));
        await s.Check(s.Api.Prices.GetAsync(price.Id, new PriceGetOptions { Expand = ["tiers", "product"] }));
        await s.Check(s.Api.Prices.UpdateAsync(price.Id, new PriceUpdateOptions { Nickname = "Volume" }));
        await s.Check(s.Api.Prices.ListAsync());
        await s.Check(s.Api.Prices.SearchAsync(new PriceSearchOptions { Query = $"product:'{product.Id}'" }));
        var gone = await s.Check(s.Api.Products.CreateAsync(new ProductCreateOptions { Name = "Old" }));
        await s.Check(s.Api.Products.DeleteAsync(gone.Id));
        await DiscountsAsync(s, product.Id);
        var rate = await s.Check(s.Api.TaxRates.CreateAsync(new TaxRateCreateOptions { DisplayName = "VAT", Percentage = 19, Inclusive = false, Country = "DE", TaxType = "vat" }));
        await s.Check(s.Api.TaxRates.GetAsync(rate.Id));
        await s.Check(s.Api.TaxRates.UpdateAsync(rate.Id, new TaxRateUpdateOptions { Active = true }));
        await s.Check(s.Api.TaxRates.ListAsync());
    }

    private static async Task DiscountsAsync(Scene s, string product)
    {
        var coupon = await s.Check(s.Api.Coupons.CreateAsync(new CouponCreateOptions
        {
            PercentOff = 25.5m,
            Duration = "repeating",
            DurationInMonths = 3,
            Name = "Spring",
            AppliesTo = new CouponAppliesToOptions { Products = [product] },
        }));
        await s.Check(s.Api.Coupons.GetAsync(coupon.Id, new CouponGetOptions { Expand = ["applies_to"] }));
        await s.Check(s.Api.Coupons.UpdateAsync(coupon.Id, new CouponUpdateOptions { Name = "Spring sale" }));
        await s.Check(s.Api.Coupons.ListAsync());
        var code = await s.Check(s.Api.PromotionCodes.CreateAsync(new PromotionCodeCreateOptions
        {
            Code = "SPRING",
            Promotion = new PromotionCodePromotionOptions { Type = "coupon", Coupon = coupon.Id },
        }));
        await s.Check(s.Api.PromotionCodes.GetAsync(code.Id, new PromotionCodeGetOptions { Expand = ["promotion.coupon"] }));
        await s.Check(s.Api.PromotionCodes.UpdateAsync(code.Id, new PromotionCodeUpdateOptions { Active = false }));
        await s.Check(s.Api.PromotionCodes.ListAsync());
        await s.Check(s.Api.Coupons.DeleteAsync(coupon.Id));
    }

    public static async Task CustomersAsync(Scene s)
    {
        var customer = await s.Check(s.Api.Customers.CreateAsync(new CustomerCreateOptions
        {
            Name = "Acme",
            Email = "billing@acme.test",
            Address = new AddressOptions { Country = "US", City = "Reno" },
            Metadata = Mark,
        }));
        await s.Check(s.Api.Customers.UpdateAsync(customer.Id, new CustomerUpdateOptions { Phone = "+15550100" }));
        await s.Check(s.Api.Customers.GetAsync(customer.Id, new CustomerGetOptions { Expand = ["subscriptions", "sources", "tax_ids"] }));
        await s.Check(s.Api.Customers.ListAsync());
        await s.Check(s.Api.Customers.SearchAsync(new CustomerSearchOptions { Query = "email:'billing@acme.test'" }));
        var balance = await s.Check(s.Api.Customers.BalanceTransactions.CreateAsync(customer.Id, new CustomerBalanceTransactionCreateOptions { Amount = -500, Currency = "usd" }));
        await s.Check(s.Api.Customers.BalanceTransactions.GetAsync(customer.Id, balance.Id));
        await s.Check(s.Api.Customers.BalanceTransactions.UpdateAsync(customer.Id, balance.Id, new CustomerBalanceTransactionUpdateOptions { Description = "Courtesy" }));
        await s.Check(s.Api.Customers.BalanceTransactions.ListAsync(customer.Id));
        var number = await s.Check(s.Api.Customers.TaxIds.CreateAsync(customer.Id, new CustomerTaxIdCreateOptions { Type = "eu_vat", Value = "DE123456789" }));
        await s.Check(s.Api.Customers.TaxIds.GetAsync(customer.Id, number.Id));
        await s.Check(s.Api.Customers.TaxIds.ListAsync(customer.Id));
        await s.Check(s.Api.Customers.GetAsync(customer.Id, new CustomerGetOptions { Expand = ["tax_ids"] }));
        await s.Check(s.Api.Customers.TaxIds.DeleteAsync(customer.Id, number.Id));
        var card = await s.Check(s.Api.PaymentMethods.CreateAsync(new PaymentMethodCreateOptions { Type = "card", Card = new PaymentMethodCardOptions { Token = "tok_visa" } }));
        await s.Check(s.Api.PaymentMethods.AttachAsync(card.Id, new PaymentMethodAttachOptions { Customer = customer.Id }));
        await s.Check(s.Api.PaymentMethods.UpdateAsync(card.Id, new PaymentMethodUpdateOptions { Metadata = Mark }));
        await s.Check(s.Api.PaymentMethods.GetAsync(card.Id));
        await s.Check(s.Api.PaymentMethods.ListAsync(new PaymentMethodListOptions { Customer = customer.Id }));
        await s.Check(s.Api.Customers.PaymentMethods.ListAsync(customer.Id));
        await s.Check(s.Api.Customers.PaymentMethods.GetAsync(customer.Id, card.Id));
        await s.Check(s.Api.PaymentMethods.DetachAsync(card.Id));
        s.Sandbox.GiveDiscount(customer.Id, (await s.Api.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = 5, Duration = "forever" })).Id);
        await s.Check(s.Api.Customers.DeleteDiscountAsync(customer.Id));
        await s.Check(s.Api.Customers.DeleteAsync(customer.Id));
    }

    public static async Task PaymentsAsync(Scene s)
    {
        var intent = await s.Check(s.Api.PaymentIntents.CreateAsync(new PaymentIntentCreateOptions { Amount = 5000, Currency = "usd" }));
        await s.Check(s.Api.PaymentIntents.UpdateAsync(intent.Id, new PaymentIntentUpdateOptions { Description = "Order" }));
        await s.Check(s.Api.PaymentIntents.ConfirmAsync(intent.Id, new PaymentIntentConfirmOptions { PaymentMethod = "pm_card_bypassPending" }));
        var paid = await s.Check(s.Api.PaymentIntents.GetAsync(intent.Id, new PaymentIntentGetOptions { Expand = ["latest_charge.balance_transaction", "payment_method"] }));
        await s.Check(s.Api.PaymentIntents.ListAsync());
        await s.Check(s.Api.PaymentIntents.SearchAsync(new PaymentIntentSearchOptions { Query = "amount>100" }));
        var other = await s.Check(s.Api.PaymentIntents.CreateAsync(new PaymentIntentCreateOptions { Amount = 700, Currency = "usd" }));
        await s.Check(s.Api.PaymentIntents.CancelAsync(other.Id));
        var held = new PaymentIntentCreateOptions { Amount = 900, Currency = "usd", PaymentMethod = "pm_card_visa", CaptureMethod = "manual", Confirm = true };
        await s.Check(s.Api.PaymentIntents.CaptureAsync((await s.Check(s.Api.PaymentIntents.CreateAsync(held))).Id, new PaymentIntentCaptureOptions { AmountToCapture = 400 }));
        await s.Check(s.Api.Charges.CaptureAsync((await s.Check(s.Api.PaymentIntents.CreateAsync(held))).LatestChargeId));
        var charge = paid.LatestChargeId;
        await s.Check(s.Api.Charges.GetAsync(charge, new ChargeGetOptions { Expand = ["refunds"] }));
        await s.Check(s.Api.Charges.UpdateAsync(charge, new ChargeUpdateOptions { Description = "Order 1" }));
        await s.Check(s.Api.Charges.ListAsync());
        await s.Check(s.Api.Charges.SearchAsync(new ChargeSearchOptions { Query = "amount:5000" }));
        var refund = await s.Check(s.Api.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge, Amount = 500, Reason = "requested_by_customer" }));
        await s.Check(s.Api.Refunds.GetAsync(refund.Id));
        await s.Check(s.Api.Refunds.UpdateAsync(refund.Id, new RefundUpdateOptions { Metadata = Mark }));
        await s.Check(s.Api.Refunds.ListAsync());
        await s.RawAsync($"/v1/charges/{charge}/refunds", typeof(StripeList<Refund>));
        await WaitingRefundsAsync(s);
        await DisputesAsync(s);
        await BalanceAsync(s);
    }

    private static async Task WaitingRefundsAsync(Scene s)
    {
        var paid = new PaymentIntentCreateOptions { Amount = 600, Currency = "usd", PaymentMethod = "pm_card_refundRequiresAction", Confirm = true };
        var (first, second) = (await s.Check(s.Api.PaymentIntents.CreateAsync(paid)), await s.Check(s.Api.PaymentIntents.CreateAsync(paid)));
        var refund = new RefundCreateOptions { InstructionsEmail = "billing@acme.test" };
        refund.PaymentIntent = first.Id;
        await s.Check(s.Api.Refunds.CancelAsync((await s.Check(s.Api.Refunds.CreateAsync(refund))).Id));
        refund.PaymentIntent = second.Id;
        await s.Check(s.Api.TestHelpers.Refunds.ExpireAsync((await s.Check(s.Api.Refunds.CreateAsync(refund))).Id));
    }

    private static async Task DisputesAsync(Scene s)
    {
        await s.Check(s.Api.PaymentIntents.CreateAsync(new PaymentIntentCreateOptions { Amount = 900, Currency = "usd", PaymentMethod = "pm_card_createDispute", Confirm = true }));
        await s.Check(s.Api.PaymentIntents.CreateAsync(new PaymentIntentCreateOptions { Amount = 800, Currency = "usd", PaymentMethod = "pm_card_createDisputeInquiry", Confirm = true }));
        var disputes = await s.Check(s.Api.Disputes.ListAsync());
        var id = disputes.Data[^1].Id;
        await s.Check(s.Api.Disputes.GetAsync(id, new DisputeGetOptions { Expand = ["charge", "payment_intent"] }));
        await s.Check(s.Api.Disputes.UpdateAsync(id, new DisputeUpdateOptions { Evidence = new DisputeEvidenceOptions { UncategorizedText = "winning_evidence" } }));
        await s.Check(s.Api.Disputes.CloseAsync(disputes.Data[0].Id));
        using var content = new MemoryStream([1, 2, 3]);
        var file = await s.Check(s.Api.Files.CreateAsync(new FileCreateOptions { File = new MultipartFileContent { Data = content, Name = "evidence.pdf", Type = "application/pdf" }, Purpose = "dispute_evidence" }));
        await s.Check(s.Api.Files.GetAsync(file.Id));
        await s.Check(s.Api.Files.ListAsync());
    }

    private static async Task BalanceAsync(Scene s)
    {
        await s.Check(s.Api.Balance.GetAsync());
        await s.Check(s.Api.BalanceSettings.GetAsync());
        await s.Check(s.Api.BalanceSettings.UpdateAsync(new BalanceSettingsUpdateOptions
        {
            Payments = new() { Payouts = new() { StatementDescriptor = "LUMEN" } },
        }));
        var movements = await s.Check(s.Api.BalanceTransactions.ListAsync(new BalanceTransactionListOptions { Limit = 100, Expand = ["data.source"] }));
        await s.Check(s.Api.BalanceTransactions.GetAsync(movements.Data[0].Id));
        await s.Check(s.Api.PaymentIntents.CreateAsync(new PaymentIntentCreateOptions { Amount = 90_000, Currency = "usd", PaymentMethod = "pm_card_bypassPending", Confirm = true }));
        var payout = await s.Check(s.Api.Payouts.CreateAsync(new PayoutCreateOptions { Amount = 1000, Currency = "usd" }));
        await s.Check(s.Api.Payouts.UpdateAsync(payout.Id, new PayoutUpdateOptions { Metadata = Mark }));
        await s.Check(s.Api.Payouts.CancelAsync(payout.Id));
        var second = await s.Check(s.Api.Payouts.CreateAsync(new PayoutCreateOptions { Amount = 2000, Currency = "usd" }));
        await s.Sandbox.ControlAsync("clock", new { advance = "9d" });
        await s.Check(s.Api.Payouts.ReverseAsync(second.Id));
        await s.Check(s.Api.Payouts.GetAsync(second.Id, new PayoutGetOptions { Expand = ["destination", "balance_transaction"] }));
        await s.Check(s.Api.Payouts.ListAsync());
        var topup = await s.Check(s.Api.Topups.CreateAsync(new TopupCreateOptions { Amount = 4000, Currency = "usd", Description = "Reserve" }));
        await s.Check(s.Api.Topups.UpdateAsync(topup.Id, new TopupUpdateOptions { Metadata = Mark }));
        await s.Check(s.Api.Topups.CancelAsync(topup.Id));
        await s.Check(s.Api.Topups.GetAsync(topup.Id));
        await s.Check(s.Api.Topups.ListAsync());
    }

    public static async Task ConnectAsync(Scene s)
    {
        var account = await s.Check(s.Api.Accounts.CreateAsync(new AccountCreateOptions { Type = "express", Country = "US", Email = "seller@shop.test" }));
        await s.Check(s.Api.Accounts.UpdateAsync(account.Id, new AccountUpdateOptions { Metadata = Mark }));
        await s.Check(s.Api.Accounts.GetAsync(account.Id));
        await s.Check(s.Api.Accounts.GetSelfAsync());
        await s.Check(s.Api.Accounts.ListAsync());
        var bank = await s.Check(s.Api.Accounts.ExternalAccounts.CreateAsync(account.Id, new AccountExternalAccountCreateOptions
        {
            ExternalAccount = new AccountExternalAccountBankAccountOptions { Country = "US", Currency = "usd", AccountNumber = "000123456789", RoutingNumber = "110000000" },
        }));
        await s.Check(s.Api.Accounts.ExternalAccounts.GetAsync(account.Id, bank.Id));
        await s.Check(s.Api.Accounts.ExternalAccounts.ListAsync(account.Id));
        await s.Check(s.Api.Accounts.ExternalAccounts.DeleteAsync(account.Id, bank.Id));
        await s.Check(s.Api.PaymentIntents.CreateAsync(new PaymentIntentCreateOptions
        {
            Amount = 10_000,
            Currency = "usd",
            PaymentMethod = "pm_card_bypassPending",
            Confirm = true,
            ApplicationFeeAmount = 900,
            TransferData = new PaymentIntentTransferDataOptions { Destination = account.Id },
        }));
        var fee = (await s.Check(s.Api.ApplicationFees.ListAsync())).Data[0];
        await s.Check(s.Api.ApplicationFees.GetAsync(fee.Id));
        var refund = await s.Check(s.Api.ApplicationFees.Refunds.CreateAsync(fee.Id, new ApplicationFeeRefundCreateOptions { Amount = 100 }));
        await s.Check(s.Api.ApplicationFees.Refunds.GetAsync(fee.Id, refund.Id));
        await s.Check(s.Api.ApplicationFees.Refunds.UpdateAsync(fee.Id, refund.Id, new ApplicationFeeRefundUpdateOptions { Metadata = Mark }));
        await s.Check(s.Api.ApplicationFees.Refunds.ListAsync(fee.Id));
        var transfer = await s.Check(s.Api.Transfers.CreateAsync(new TransferCreateOptions { Amount = 300, Currency = "usd", Destination = account.Id }));
        await s.Check(s.Api.Transfers.UpdateAsync(transfer.Id, new TransferUpdateOptions { Description = "Bonus" }));
        var reversal = await s.Check(s.Api.Transfers.Reversals.CreateAsync(transfer.Id, new TransferReversalCreateOptions { Amount = 100 }));
        await s.Check(s.Api.Transfers.Reversals.GetAsync(transfer.Id, reversal.Id));
        await s.Check(s.Api.Transfers.Reversals.UpdateAsync(transfer.Id, reversal.Id, new TransferReversalUpdateOptions { Metadata = Mark }));
        await s.Check(s.Api.Transfers.Reversals.ListAsync(transfer.Id));
        await s.Check(s.Api.Transfers.GetAsync(transfer.Id, new TransferGetOptions { Expand = ["balance_transaction", "destination_payment"] }));
        await s.Check(s.Api.Transfers.ListAsync());
        await s.Check(s.Api.Charges.ListAsync(null, new RequestOptions { StripeAccount = account.Id }));
        await s.Check(s.Api.Accounts.DeleteAsync(account.Id));
    }

    public static async Task InvoicesAsync(Scene s)
    {
        var customer = await s.Sandbox.CustomerAsync();
        var item = await s.Check(s.Api.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = customer.Id, Amount = 3000, Currency = "usd", Description = "Setup" }));
        await s.Check(s.Api.InvoiceItems.UpdateAsync(item.Id, new InvoiceItemUpdateOptions { Description = "Set-up" }));
        await s.Check(s.Api.InvoiceItems.GetAsync(item.Id));
        await s.Check(s.Api.InvoiceItems.ListAsync());
        var draft = await s.Check(s.Api.Invoices.CreateAsync(new InvoiceCreateOptions { Customer = customer.Id, PendingInvoiceItemsBehavior = "include" }));
        await s.Check(s.Api.Invoices.UpdateAsync(draft.Id, new InvoiceUpdateOptions { Description = "March" }));
        var longer = await s.Check(s.Api.Invoices.AddLinesAsync(draft.Id, new InvoiceAddLinesOptions { Lines = [new InvoiceLineOptions { Amount = 700, Description = "Help" }] }));
        var line = longer.Lines.Data[^1].Id;
        await s.Check(s.Api.Invoices.UpdateLinesAsync(draft.Id, new InvoiceUpdateLinesOptions { Lines = [new InvoiceLineOptions { Id = line, Amount = 800 }] }));
        await s.Check(s.Api.Invoices.LineItems.UpdateAsync(draft.Id, line, new InvoiceLineItemUpdateOptions { Description = "Support" }));
        await s.Check(s.Api.Invoices.LineItems.ListAsync(draft.Id));
        await s.Check(s.Api.Invoices.RemoveLinesAsync(draft.Id, new InvoiceRemoveLinesOptions { Lines = [new InvoiceLineOptions { Id = line, Behavior = "delete" }] }));
        await s.Check(s.Api.Invoices.FinalizeInvoiceAsync(draft.Id));
        await s.Check(s.Api.Invoices.SendInvoiceAsync(draft.Id));
        await s.Check(s.Api.Invoices.PayAsync(draft.Id));
        await s.Check(s.Api.Invoices.GetAsync(draft.Id, new InvoiceGetOptions { Expand = ["payments", "customer"] }));
        await s.Check(s.Api.Invoices.ListAsync());
        await s.Check(s.Api.Invoices.SearchAsync(new InvoiceSearchOptions { Query = "total>1000" }));
        var payment = (await s.Check(s.Api.InvoicePayments.ListAsync(new InvoicePaymentListOptions { Invoice = draft.Id }))).Data[0];
        await s.Check(s.Api.InvoicePayments.GetAsync(payment.Id));
        var voided = await s.Sandbox.OpenInvoiceAsync();
        var part = await s.Api.PaymentIntents.CreateAsync(new PaymentIntentCreateOptions { Amount = 500, Currency = "usd", PaymentMethod = "pm_card_visa", Confirm = true });
        await s.Check(s.Api.Invoices.AttachPaymentAsync((await s.Sandbox.OpenInvoiceAsync()).Id, new InvoiceAttachPaymentOptions { PaymentIntent = part.Id }));
        await s.Check(s.Api.Invoices.VoidInvoiceAsync(voided.Id));
        var lost = await s.Sandbox.OpenInvoiceAsync();
        await s.Check(s.Api.Invoices.MarkUncollectibleAsync(lost.Id));
        var scrap = await s.Check(s.Api.Invoices.CreateAsync(new InvoiceCreateOptions { Customer = customer.Id, CollectionMethod = "send_invoice", DaysUntilDue = 14 }));
        await s.Check(s.Api.Invoices.DeleteAsync(scrap.Id));
        var loose = await s.Check(s.Api.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = customer.Id, Amount = 100, Currency = "usd" }));
        await s.Check(s.Api.InvoiceItems.DeleteAsync(loose.Id));
        await CreditNotesAsync(s, await s.Sandbox.OpenInvoiceAsync());
    }

    private static async Task CreditNotesAsync(Scene s, Invoice open)
    {
        await s.Check(s.Api.CreditNotes.PreviewAsync(new CreditNotePreviewOptions { Invoice = open.Id, Amount = 500 }));
        await s.Check(s.Api.CreditNotes.PreviewLines.ListAsync(new CreditNotePreviewLinesListOptions { Invoice = open.Id, Amount = 500 }));
        var note = await s.Check(s.Api.CreditNotes.CreateAsync(new CreditNoteCreateOptions { Invoice = open.Id, Amount = 500, Reason = "order_change" }));
        await s.Check(s.Api.CreditNotes.UpdateAsync(note.Id, new CreditNoteUpdateOptions { Memo = "Sorry" }));
        await s.Check(s.Api.CreditNotes.GetAsync(note.Id));
        await s.Check(s.Api.CreditNotes.ListAsync());
        await s.Check(s.Api.CreditNotes.ListLineItemsAsync(note.Id));
        await s.Check(s.Api.CreditNotes.VoidCreditNoteAsync(note.Id));
    }

    public static async Task SubscriptionsAsync(Scene s)
    {
        var customer = await s.Sandbox.CustomerAsync();
        var (price, other) = (await s.Sandbox.PriceAsync(3000), await s.Sandbox.PriceAsync(900));
        var coupon = await s.Check(s.Api.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = 10, Duration = "forever" }));
        var subscription = await s.Check(s.Api.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = customer.Id,
            Items = [new SubscriptionItemOptions { Price = price.Id, Quantity = 2 }],
            Discounts = [new SubscriptionDiscountOptions { Coupon = coupon.Id }],
            BillingMode = new SubscriptionBillingModeOptions { Type = "classic" },
        }));
        await s.Check(s.Api.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions { Description = "Team plan", ProrationBehavior = "create_prorations" }));
        await s.Check(s.Api.Subscriptions.GetAsync(subscription.Id, new SubscriptionGetOptions { Expand = ["latest_invoice.payments", "discounts"] }));
        await s.Check(s.Api.Subscriptions.ListAsync());
        await s.Check(s.Api.Subscriptions.SearchAsync(new SubscriptionSearchOptions { Query = "status:'active'" }));
        await s.Check(s.Api.Invoices.CreatePreviewAsync(new InvoiceCreatePreviewOptions { Subscription = subscription.Id }));
        var item = await s.Check(s.Api.SubscriptionItems.CreateAsync(new SubscriptionItemCreateOptions { Subscription = subscription.Id, Price = other.Id }));
        await s.Check(s.Api.SubscriptionItems.UpdateAsync(item.Id, new SubscriptionItemUpdateOptions { Quantity = 3 }));
        await s.Check(s.Api.SubscriptionItems.GetAsync(item.Id));
        await s.Check(s.Api.SubscriptionItems.ListAsync(new SubscriptionItemListOptions { Subscription = subscription.Id }));
        await s.Check(s.Api.SubscriptionItems.DeleteAsync(item.Id));
        await s.Check(s.Api.Subscriptions.DeleteDiscountAsync(subscription.Id));
        await s.Check(s.Api.Subscriptions.PauseAsync(subscription.Id, new SubscriptionPauseOptions { Type = "subscription" }));
        await s.Check(s.Api.Subscriptions.ResumeAsync(subscription.Id, new SubscriptionResumeOptions()));
        await SchedulesAsync(s, customer.Id, subscription.Id, price.Id);
        await s.Check(s.Api.Subscriptions.MigrateAsync(subscription.Id, new SubscriptionMigrateOptions { BillingMode = new SubscriptionBillingModeOptions { Type = "flexible" } }));
        await s.Check(s.Api.Subscriptions.CancelAsync(subscription.Id, new SubscriptionCancelOptions { InvoiceNow = true, Prorate = true }));
    }

    private static async Task SchedulesAsync(Scene s, string customer, string subscription, string price)
    {
        var schedule = await s.Check(s.Api.SubscriptionSchedules.CreateAsync(new SubscriptionScheduleCreateOptions { FromSubscription = subscription }));
        await s.Check(s.Api.SubscriptionSchedules.UpdateAsync(schedule.Id, new SubscriptionScheduleUpdateOptions { Metadata = Mark }));
        await s.Check(s.Api.SubscriptionSchedules.GetAsync(schedule.Id));
        await s.Check(s.Api.SubscriptionSchedules.ListAsync());
        await s.Check(s.Api.SubscriptionSchedules.ReleaseAsync(schedule.Id));
        var later = await s.Check(s.Api.SubscriptionSchedules.CreateAsync(new SubscriptionScheduleCreateOptions
        {
            Customer = customer,
            StartDate = new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            Phases = [new SubscriptionSchedulePhaseOptions { Items = [new SubscriptionSchedulePhaseItemOptions { Price = price, Quantity = 1 }] }],
        }));
        await s.Check(s.Api.SubscriptionSchedules.CancelAsync(later.Id));
    }

    public static async Task UsageAsync(Scene s)
    {
        var customer = await s.Sandbox.CustomerAsync();
        var meter = await s.Check(s.Api.Billing.Meters.CreateAsync(new MeterCreateOptions
        {
            DisplayName = "API calls",
            EventName = "api_calls",
            DefaultAggregation = new MeterDefaultAggregationOptions { Formula = "sum" },
        }));
        await s.Check(s.Api.Billing.Meters.UpdateAsync(meter.Id, new MeterUpdateOptions { DisplayName = "Calls" }));
        await s.Check(s.Api.Billing.Meters.GetAsync(meter.Id));
        await s.Check(s.Api.Billing.Meters.ListAsync());
        var alert = await s.Check(s.Api.Billing.Alerts.CreateAsync(new AlertCreateOptions
        {
            AlertType = "usage_threshold",
            Title = "Ten",
            UsageThreshold = new AlertUsageThresholdOptions { Gte = 10, Meter = meter.Id, Recurrence = "one_time" },
        }));
        var sent = await s.Check(s.Api.Billing.MeterEvents.CreateAsync(new MeterEventCreateOptions
        {
            EventName = "api_calls",
            Payload = new() { ["stripe_customer_id"] = customer.Id, ["value"] = "12" },
        }));
        var hour = new DateTime(sent.Timestamp.Year, sent.Timestamp.Month, sent.Timestamp.Day, 0, 0, 0, DateTimeKind.Utc);
        await s.Check(s.Api.Billing.Meters.EventSummaries.ListAsync(meter.Id, new MeterEventSummaryListOptions
        {
            Customer = customer.Id,
            StartTime = hour,
            EndTime = hour.AddDays(1),
            ValueGroupingWindow = "hour",
        }));
        await s.Check(s.Api.Billing.MeterEventAdjustments.CreateAsync(new MeterEventAdjustmentCreateOptions
        {
            EventName = "api_calls",
            Type = "cancel",
            Cancel = new MeterEventAdjustmentCancelOptions { Identifier = sent.Identifier },
        }));
        await s.Check(s.Api.Billing.Alerts.GetAsync(alert.Id, new AlertGetOptions { Expand = ["usage_threshold.meter"] }));
        await s.Check(s.Api.Billing.Alerts.ListAsync());
        await s.Check(s.Api.Billing.Alerts.DeactivateAsync(alert.Id));
        await s.Check(s.Api.Billing.Alerts.ActivateAsync(alert.Id));
        await s.Check(s.Api.Billing.Alerts.ArchiveAsync(alert.Id));
        await s.Check(s.Api.Billing.Meters.DeactivateAsync(meter.Id));
        await s.Check(s.Api.Billing.Meters.ReactivateAsync(meter.Id));
    }

    public static async Task PlatformAsync(Scene s)
    {
        var customer = await s.Sandbox.CustomerAsync();
        await s.Check(s.Api.BillingPortal.Sessions.CreateAsync(new Stripe.BillingPortal.SessionCreateOptions { Customer = customer.Id, ReturnUrl = "https://lumen.example" }));
        var portal = await s.Check(s.Api.BillingPortal.Configurations.CreateAsync(new Stripe.BillingPortal.ConfigurationCreateOptions
        {
            Features = new Stripe.BillingPortal.ConfigurationFeaturesOptions { InvoiceHistory = new Stripe.BillingPortal.ConfigurationFeaturesInvoiceHistoryOptions { Enabled = true } },
        }));
        await s.Check(s.Api.BillingPortal.Configurations.UpdateAsync(portal.Id, new Stripe.BillingPortal.ConfigurationUpdateOptions { Name = "Standard" }));
        await s.Check(s.Api.BillingPortal.Configurations.GetAsync(portal.Id));
        await s.Check(s.Api.BillingPortal.Configurations.ListAsync());
        var hook = await s.Check(s.Api.WebhookEndpoints.CreateAsync(new WebhookEndpointCreateOptions { Url = "http://127.0.0.1:9/hook", EnabledEvents = ["charge.succeeded"] }));
        await s.Check(s.Api.WebhookEndpoints.UpdateAsync(hook.Id, new WebhookEndpointUpdateOptions { Description = "Ledger" }));
        await s.Check(s.Api.WebhookEndpoints.GetAsync(hook.Id));
        await s.Check(s.Api.WebhookEndpoints.ListAsync());
        await s.Check(s.Api.WebhookEndpoints.DeleteAsync(hook.Id));
        var clock = await s.Check(s.Api.TestHelpers.TestClocks.CreateAsync(new Stripe.TestHelpers.TestClockCreateOptions { FrozenTime = new DateTime(2026, 4, 1, 0, 0, 0, DateTimeKind.Utc) }));
        await s.Check(s.Api.TestHelpers.TestClocks.AdvanceAsync(clock.Id, new Stripe.TestHelpers.TestClockAdvanceOptions { FrozenTime = new DateTime(2026, 4, 2, 0, 0, 0, DateTimeKind.Utc) }));
        await s.Check(s.Api.TestHelpers.TestClocks.GetAsync(clock.Id));
        await s.Check(s.Api.TestHelpers.TestClocks.ListAsync());
        await s.Check(s.Api.TestHelpers.TestClocks.DeleteAsync(clock.Id));
        var events = await s.Check(s.Api.Events.ListAsync(new EventListOptions { Limit = 100 }));
        await s.Check(s.Api.Events.GetAsync(events.Data[0].Id));
    }
}
