using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Search;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Everything the API answers to.</summary>
internal static class AllEndpoints
{
    public static void Map(Router router)
    {
        var routes = new Routes(router);
        AccountEndpoints.Map(routes);
        CustomerEndpoints.Map(routes);
        CustomerBalanceEndpoints.Map(routes);
        CustomerTaxIds.Map(routes);
        CatalogEndpoints.Map(routes);
        PaymentMethodEndpoints.Map(routes);
        PaymentIntentEndpoints.Map(routes);
        ChargeEndpoints.Map(routes);
        RefundEndpoints.Map(routes);
        InvoiceEndpoints.Map(routes);
        InvoiceLineEndpoints.Map(routes);
        InvoiceActionEndpoints.Map(routes);
        InvoicePreviewEndpoints.Map(routes);
        InvoiceItemEndpoints.Map(routes);
        InvoicePaymentEndpoints.Map(routes);
        CreditNoteEndpoints.Map(routes);
        SubscriptionEndpoints.Map(routes);
        SubscriptionPauseEndpoints.Map(routes);
        SubscriptionItemEndpoints.Map(routes);
        ScheduleEndpoints.Map(routes);
        EventEndpoints.Map(routes);
        WebhookEndpointEndpoints.Map(routes);
        PortalEndpoints.Map(routes);
        BalanceEndpoints.Map(routes);
        BalanceSettingsEndpoints.Map(routes);
        PayoutEndpoints.Map(routes);
        TopupEndpoints.Map(routes);
        DisputeEndpoints.Map(routes);
        FileEndpoints.Map(routes);
        TransferEndpoints.Map(routes);
        CouponEndpoints.Map(routes);
        PromotionCodeEndpoints.Map(routes);
        TaxRateEndpoints.Map(routes);
        MeterEndpoints.Map(routes);
        MeterEventEndpoints.Map(routes);
        Alerts.Map(routes);
        PortalConfigurationEndpoints.Map(routes);
        TestClockEndpoints.Map(routes);
        SearchEndpoints.Map(routes);
    }
}
