using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Storage;

/// <summary>Tells a fault of the database from others.</summary>
public static class StorageFault
{
    /// <summary>Entity Framework wraps what a provider throws (a cut connection comes as an InvalidOperationException): what is inside counts.</summary>
    public static bool Is(Exception fault)
    {
        for (var e = fault; e is not null; e = e.InnerException)
        {
            if (e is DbException or DbUpdateException)
            {
                return true;
            }
        }

        return false;
    }
}
